// A generated chip whose cells do not fail at once: near its vfail a cell fails in some inferences.
#pragma once

#include <memory>
#include <string>

#include "memory/generators/generated_cells.hpp"

namespace brownout::memory {

class NoisyFaultMap final : public FaultMap {
 public:
  /// Throws InputError when sigma_read, in the unit of the chip's profile, is out of range.
  NoisyFaultMap(std::unique_ptr<GeneratedFaultMap> chip, double sigma_read);

  const SramGeometry& geometry() const override { return chip_->geometry(); }
  /// At and above the profile's error-free voltage nothing fails: that is what the voltage means,
  /// so there the noise is cut off. Throws InputError where cells would count that fail
  /// only below the profile's lowest voltage.
  CellFaults faults_at(Voltage voltage) const override;
  std::string source() const override;

 private:
  void require_covered(Voltage voltage) const;

  std::unique_ptr<GeneratedFaultMap> chip_;
  double sigma_read_;
};

}  // namespace brownout::memory

// A fault map that is a list of cells, as measured.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "memory/fault_map.hpp"

namespace brownout::memory {

/// The header of a map file.
struct FaultMapHeader {
  SramGeometry geometry;
  std::string unit;                        ///< "V" or "Vmin", as in the profile
  std::optional<Voltage> lowest_measured;  ///< below it the map says nothing
  std::string source;
  double sigma_read = 0;  ///< read noise (read_noise.hpp), in `unit`
};

class SparseFaultMap final : public FaultMap {
 public:
  /// Throws InputError: an impossible geometry, a cell outside it, a cell named twice, p or
  /// sigma_read out of range.
  SparseFaultMap(FaultMapHeader header, std::vector<Fault> faults);

  const FaultMapHeader& header() const { return header_; }
  const std::vector<Fault>& faults() const { return faults_; }  ///< by bank, row, column
  const SramGeometry& geometry() const override { return header_.geometry; }
  CellFaults faults_at(Voltage voltage) const override;
  std::string source() const override { return header_.source; }

 private:
  void require_measured(Voltage voltage) const;

  FaultMapHeader header_;
  std::vector<Fault> faults_;
};

}  // namespace brownout::memory

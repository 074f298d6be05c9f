// Several maps of one chip laid over each other, such as measured voltage faults and a list of
// defects.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "memory/fault_map.hpp"

namespace brownout::memory {

/// A cell fails at V where any of the maps has it fail at V. Where several have, one of them says
/// how: a cell that always fails goes before an intermittent one, then a defect before a voltage
/// fault, then the later map before the earlier.
class StackedFaultMap final : public FaultMap {
 public:
  /// Bottom first. Throws InputError when the geometries differ, std::logic_error without
  /// a map.
  explicit StackedFaultMap(std::vector<std::unique_ptr<FaultMap>> maps);

  const SramGeometry& geometry() const override { return maps_.front()->geometry(); }
  CellFaults faults_at(Voltage voltage) const override;
  /// "a + b".
  std::string source() const override;

 private:
  std::vector<std::unique_ptr<FaultMap>> maps_;
};

}  // namespace brownout::memory

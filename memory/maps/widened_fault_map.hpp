// A map within a larger SRAM, whose other cells fail as those of another chip do.
#pragma once

#include <memory>
#include <string>

#include "memory/fault_map.hpp"

namespace brownout::memory {

/// Cells of `measured`, from bank, row and column 0 on, fail as there, all others as in `others`.
class WidenedFaultMap final : public FaultMap {
 public:
  /// Throws std::logic_error where `others` does not have all cells of `measured`.
  WidenedFaultMap(std::unique_ptr<FaultMap> measured, std::unique_ptr<FaultMap> others);

  const SramGeometry& geometry() const override { return others_->geometry(); }
  CellFaults faults_at(Voltage voltage) const override;
  std::string source() const override;

 private:
  std::unique_ptr<FaultMap> measured_, others_;
};

/// Whether cells of `whole` lie beyond those of `part`, and none of `part` beyond `whole`.
bool widens(const SramGeometry& part, const SramGeometry& whole);

}  // namespace brownout::memory

// Manufacturing defects at a rate: independent cells that are stuck at every voltage. To be stacked
// on any other map.
#pragma once

#include <cstdint>
#include <string>

#include "memory/fault_map.hpp"
#include "memory/generators/generated_cells.hpp"

namespace brownout::memory {

/// What defects a chip gets.
struct DefectRate {
  double rate = 0;                ///< share of the cells
  double stuck_at_0_share = 0.5;  ///< of the defects, or of bitlines; the rest is stuck at 1
  /// kBitline: a bitline has the number that also decides how its voltage faults fail.
  Polarity polarity = Polarity::kCell;
  BitlineLayout bitlines = {};

  FaultMixture mixture() const { return {true, stuck_at_0_share, polarity, bitlines}; }
};

class DefectMap final : public FaultMap {
 public:
  /// Throws InputError on a rate or share outside 0..1. Cells that are defective at a rate
  /// are so at every greater one.
  DefectMap(const SramGeometry& geometry, const DefectRate& defects, std::uint64_t chip_seed);

  const SramGeometry& geometry() const override { return masks_.geometry(); }
  const CellMasks& masks() const { return masks_; }
  CellFaults faults_at(Voltage /*voltage*/) const override { return {masks_}; }
  std::string source() const override;

 private:
  DefectRate defects_;
  std::uint64_t chip_seed_;
  CellMasks masks_;
};

}  // namespace brownout::memory

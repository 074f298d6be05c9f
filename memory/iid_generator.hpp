// Fault maps of chips whose cells fail independently: one keyed uniform number a cell, compared
// with the profile's BER, so the faults of a chip nest in voltage.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "memory/fault_map.hpp"
#include "memory/voltage_profile.hpp"

namespace brownout::memory {

class Chance;

/// What the failing cells of a generated chip do.
struct FaultMixture {
  bool stuck = false;             ///< false: every fault is a flip
  double stuck_at_0_share = 0.5;  ///< of stuck cells; the rest is stuck at 1
};

/// Chip k of an ensemble draws from hash(seed, k).
std::uint64_t chip_seed(std::uint64_t seed, std::uint64_t chip);

/// Independent cells: a cell fails at V iff u(cell) < BER(V) (the model of Stutz et al., 2021).
class IidFaultMap final : public FaultMap {
 public:
  /// Throws std::runtime_error on a share outside 0..1.
  IidFaultMap(const SramGeometry& geometry, std::shared_ptr<const VoltageProfile> profile,
              FaultMixture mixture, std::uint64_t chip_seed);

  const SramGeometry& geometry() const override { return geometry_; }
  CellMasks masks_at(Voltage voltage) const override;
  std::string source() const override;
  /// Every cell that fails at some voltage of the profile, with its exact vfail; by bank, row,
  /// column. A list of them all: for map files, not for huge SRAMs at high error rates.
  std::vector<Fault> faults() const;

 private:
  void draw_row(CellMasks& masks, std::uint32_t bank, std::uint32_t row,
                const Chance& failure) const;

  SramGeometry geometry_;
  std::shared_ptr<const VoltageProfile> profile_;
  FaultMixture mixture_;
  std::uint64_t seed_;
};

}  // namespace brownout::memory

// Fault maps of chips whose cells fail independently: one keyed uniform number a cell, compared
// with the profile's BER, so the faults of a chip nest in voltage.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "memory/generators/generated_cells.hpp"
#include "memory/voltage_profile.hpp"

namespace brownout::memory {

/// Cells that each fail with the same chance, keyed by seed and place, in the ways of `kinds`.
CellMasks independent_cells(const SramGeometry& geometry, const Chance& failure,
                            const FailureKinds& kinds, std::uint64_t seed);

/// Independent cells: a cell fails at V iff u(cell) < BER(V) (the model of Stutz et al., 2021).
class IidFaultMap final : public GeneratedFaultMap {
 public:
  /// Throws InputError as FaultMixture::validate does.
  IidFaultMap(const SramGeometry& geometry, std::shared_ptr<const VoltageProfile> profile,
              FaultMixture mixture, std::uint64_t chip_seed);

  CellMasks masks_at(Voltage voltage) const override;
  std::string source() const override;
  Voltage vfail(const CellAddress& cell) const override;
};

}  // namespace brownout::memory

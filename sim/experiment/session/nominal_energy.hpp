// What a point saves against the memory's nominal voltage.
#pragma once

#include <optional>

#include "memory/voltage.hpp"
#include "sim/experiment/session/plan.hpp"

namespace brownout::experiment {

struct NominalSaving {
  memory::Voltage nominal;
  double total = 0;        ///< share of the energy of an inference at the nominal voltage
  double weight_sram = 0;  ///< likewise, of the weight SRAM's
  std::optional<double> supply = {};  ///< likewise, of all memories on its supply
};

/// Of an inference at a point.
struct PointEnergy {
  double total = 0;                   ///< joules
  double relative = 0;                ///< of the total, to that at the error-free voltages
  double weight_sram = 0;             ///< joules
  std::optional<double> supply = {};  ///< joules, where memories share the weight SRAM's supply
};

/// Nothing where the profile does not know its nominal voltage.
std::optional<NominalSaving> saving_against_nominal(const Plan& plan, const PointEnergy& energy);

}  // namespace brownout::experiment

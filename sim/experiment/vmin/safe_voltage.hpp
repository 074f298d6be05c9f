// The answer of a search for the safe voltage, with all its numbers: v_safe.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/results/column.hpp"
#include "sim/experiment/results/safe_sentence.hpp"
#include "sim/experiment/session/nominal_energy.hpp"
#include "sim/experiment/vmin/limit.hpp"

namespace brownout::experiment {

/// What a search took, or would take without being one.
struct Effort {
  std::int64_t points = 0, images = 0;
};

struct SafeVoltage {
  YieldClaim claim;
  PassMark mark;
  std::string unit;
  std::int64_t chips = 0, allowed_failures = 0;
  std::optional<SafeAt> safe = {};        ///< nothing where no voltage of the grid is
  std::optional<RefusedAt> refused = {};  ///< nothing where the lowest is safe
  PointSummary point = {};  ///< one chip at the safe voltage (without one, the highest)
  std::optional<NominalSaving> nominal = {};
  std::optional<Limit> limit = {};
  Effort used = {}, grid = {};
  double image_error = 0;  ///< chance that any verdict is not that of all images

  std::string sentence() const { return safe_sentence(claim, mark, unit, safe, refused); }
};

/// In the order of v_safe.json.
const std::vector<Column<SafeVoltage>>& safe_voltage_columns();
std::string safe_voltage_json(const SafeVoltage& answer);

}  // namespace brownout::experiment

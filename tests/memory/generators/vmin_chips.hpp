// Small chips whose cells have a Vmin, and what tests count of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "memory/chip_draws.hpp"
#include "memory/generators/vmin_generator.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {

inline constexpr SramGeometry kSmall{2, 32, 100};    // rows that end inside a mask word
inline constexpr SramGeometry kLarge{8, 1024, 128};  // 128 KiB
inline constexpr FaultMixture kFlips{};
inline constexpr FaultMixture kStuck{.stuck = true, .stuck_at_0_share = 0.5};
// The 28 nm chip, with terms of row and die added.
inline constexpr VminTerms kAllTerms{.mu = 0.3908,
                                     .mu_shift = 0.004,
                                     .sigma_die = 0.01,
                                     .sigma_bitline = 0.0293,
                                     .sigma_row = 0.012,
                                     .sigma_cell = 0.025,
                                     .bitlines = {.cells = 20}};
// The same with patches of neighbours that share a term, and bitlines that take rows in turn.
inline constexpr VminTerms kClusters{.mu = 0.3908,
                                     .sigma_bitline = 0.0293,
                                     .sigma_row = 0.012,
                                     .sigma_cluster = 0.02,
                                     .sigma_cell = 0.025,
                                     .bitlines = {.cells = 8, .interleave = 2},
                                     .cluster_rows = 5,
                                     .cluster_columns = 12};
inline constexpr VminTerms kCellsAlone{.mu = 0.3908, .sigma_cell = 0.0385};

// Only its range matters to these chips.
inline std::shared_ptr<const VoltageProfile> wide_profile() {
  VoltageProfileData data;
  data.name = "wide";
  data.source = "test";
  data.unit = VoltageUnit::kVolts;
  data.error_free_voltage = volts("0.6");
  data.reference_voltage = volts("1");
  data.rows = {{volts("0.35"), 0.5, {}, {}}, {volts("0.55"), 1e-5, {}, {}}};
  return std::make_shared<const VoltageProfile>(std::move(data));
}

inline VminFaultMap chip(const SramGeometry& geometry, const VminTerms& terms, std::uint64_t number,
                         const FaultMixture& mixture = kFlips) {
  return VminFaultMap("test", geometry, wide_profile(), terms, mixture, chip_seed(0, number));
}

inline std::vector<std::pair<CellAddress, FaultKind>> list(const CellMasks& masks) {
  std::vector<std::pair<CellAddress, FaultKind>> cells;
  masks.for_each([&](const CellAddress& cell, FaultKind kind) { cells.emplace_back(cell, kind); });
  return cells;
}

inline double share(const CellMasks& masks) {
  return static_cast<double>(masks.count()) / static_cast<double>(masks.geometry().cells());
}

struct Spread {
  double mean = 0, deviation = 0;
};

template <typename Measure>
Spread over_chips(std::uint64_t chips, Measure&& measure) {
  double sum = 0, squares = 0;
  for (std::uint64_t number = 0; number < chips; ++number) {
    const double value = measure(number);
    sum += value;
    squares += value * value;
  }
  const auto n = static_cast<double>(chips);
  return {sum / n, std::sqrt(std::max(0.0, squares / n - sum * sum / n / n) * n / (n - 1))};
}

}  // namespace brownout::memory

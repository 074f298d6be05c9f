// Chips of the shipped classes against what is published of the chips that they stand for: the
// table of Stutz et al. (MLSys 2021) and the figures of their maps, as the comments of the memory
// files give them. Reads a figure as it was read: a cell is seen to fail when it does so in a tenth
// of the reads or more.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "memory/chip_draws.hpp"
#include "memory/fit/polarity_fit.hpp"
#include "memory/fit/row_fit.hpp"
#include "memory/fit/vmin_fit.hpp"
#include "memory/generators/noisy_fault_map.hpp"
#include "sim/config/memory_config.hpp"

namespace brownout::experiment {
namespace {

using memory::CellAddress;
using memory::FaultKind;
using memory::Voltage;

constexpr memory::SramGeometry kGeometry{1, 4096, 128};
constexpr std::uint32_t kBlock = 512;  // rows that share their bitlines
constexpr std::uint64_t kChips = 4;

config::MemoryFile memory_file(const std::string& name) {
  return config::load_memory_file(std::string(BROWNOUT_SOURCE_DIR) + "/configs/memories/" + name);
}

std::unique_ptr<memory::GeneratedFaultMap> generated(const config::MemoryFile& file,
                                                     std::uint64_t number) {
  const config::ChipConfig& chip = *file.chip;
  return chip.generator->make(
      {kGeometry, file.profile, chip.mixture, memory::chip_seed(chip.seed, number)},
      chip.parameters);
}

struct Seen {
  FaultKind kind = FaultKind::kFlip;
  double chance = 1;
};
using Picture = std::map<CellAddress, Seen>;

// Every cell that may fail, and how often.
Picture picture_of(const config::MemoryFile& file, std::uint64_t number, Voltage voltage) {
  const memory::NoisyFaultMap chip(generated(file, number), file.chip->sigma_read);
  const memory::CellFaults faults = chip.faults_at(voltage);
  Picture picture;
  faults.certain.for_each([&](const CellAddress& cell, FaultKind kind) {
    picture[cell] = {kind, 1};
  });
  for (const auto& cell : faults.intermittent) picture[cell.cell] = {cell.kind, cell.probability};
  return picture;
}

bool visible(const Seen& seen) { return seen.chance >= 0.1; }

double rate(const Picture& picture) {
  double sum = 0;
  for (const auto& [cell, seen] : picture) sum += seen.chance;
  return sum / static_cast<double>(kGeometry.cells());
}

double persistent_share(const Picture& picture) {
  double persistent = 0, all = 0;
  for (const auto& [cell, seen] : picture) {
    persistent += seen.chance >= 0.995;
    all += visible(seen);
  }
  return persistent / all;
}

// Of the cells that fail in a read at the higher voltage, those that fail in another read at the
// lower one.
double nested_share(const Picture& high, const Picture& low) {
  double both = 0, all = 0;
  for (const auto& [cell, seen] : high) {
    both += seen.chance * low.at(cell).chance;
    all += seen.chance;
  }
  return both / all;
}

// Variance / mean, the variance that of a sample.
double dispersion(const std::vector<double>& counts) {
  const auto n = static_cast<double>(counts.size());
  const double mean = std::accumulate(counts.begin(), counts.end(), 0.0) / n;
  double squares = 0;
  for (const double count : counts) squares += (count - mean) * (count - mean);
  return squares / (n - 1) / mean;
}

// Visible cells per column and per row of a window that begins with its block.
struct Window {
  std::vector<double> columns, rows;
};

std::vector<Window> windows_of(const Picture& picture, std::uint32_t rows) {
  std::vector<Window> windows(kGeometry.rows / kBlock,
                              {std::vector<double>(kGeometry.columns), std::vector<double>(rows)});
  for (const auto& [cell, seen] : picture) {
    if (!visible(seen) || cell.row % kBlock >= rows) continue;
    Window& window = windows[cell.row / kBlock];
    ++window.columns[cell.column];
    ++window.rows[cell.row % kBlock];
  }
  return windows;
}

double worst_columns_share(Window window, std::size_t worst) {
  std::sort(window.columns.rbegin(), window.columns.rend());
  const auto total = std::accumulate(window.columns.begin(), window.columns.end(), 0.0);
  return std::accumulate(window.columns.begin(),
                         window.columns.begin() + static_cast<std::ptrdiff_t>(worst), 0.0) /
         total;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// The published window is one of those that such chips have: within the middle 95 %.
void expect_among(double published, std::vector<double> values, const char* what) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
  };
  EXPECT_LE(at(0.025), published) << what;
  EXPECT_GE(at(0.975), published) << what;
}

struct Class {
  config::MemoryFile file;
  std::vector<Voltage> voltages;            // rising
  std::vector<std::vector<Picture>> chips;  // [chip][voltage]
};

Class measured(const std::string& name, const std::vector<double>& rates) {
  Class result{memory_file(name), {}, {}};
  for (const double one : rates)
    result.voltages.push_back(result.file.profile->voltage_for_ber(one));
  for (std::uint64_t number = 0; number < kChips; ++number) {
    auto& pictures = result.chips.emplace_back();
    for (const Voltage voltage : result.voltages) {
      pictures.push_back(picture_of(result.file, number, voltage));
    }
  }
  return result;
}

template <typename Figure>
std::vector<double> over_windows(const Class& chips, std::uint32_t rows, Figure&& figure) {
  std::vector<double> values;
  for (const auto& pictures : chips.chips) {
    for (const Window& window : windows_of(pictures.front(), rows)) {
      values.push_back(figure(window));
    }
  }
  return values;
}

double of_columns(const Window& window) { return dispersion(window.columns); }
double of_rows(const Window& window) { return dispersion(window.rows); }

// Rates: 5 standard deviations of a binomial count, and for bitlines of the mean over 8 x 4 x 128
// of them (their rates deviate by 2.6 times their mean).
void expect_rates(const Class& chips, const std::vector<double>& rates, double relative) {
  for (std::size_t i = 0; i < rates.size(); ++i) {
    double sum = 0;
    for (const auto& pictures : chips.chips) sum += rate(pictures[i]);
    EXPECT_NEAR(sum / kChips / rates[i], 1, relative) << rates[i];
  }
}

TEST(MeasuredChips, IndependentCellsAreLikeChip1) {
  const std::vector<double> rates = {0.02744, 0.00866};
  const Class chips = measured("sram_14nm_independent_cells.yaml", rates);
  EXPECT_NEAR(chips.voltages[0].value(), 0.8116, 5e-4);  // between rows of the profile
  EXPECT_NEAR(chips.voltages[1].value(), 0.8369, 5e-4);
  expect_rates(chips, rates, 0.04);
  for (const auto& pictures : chips.chips) {
    for (const Picture& picture : pictures) {
      // 31 to 33 % of some 185 cells, whose share is known to 3.4 %.
      EXPECT_NEAR(persistent_share(picture), 0.32, 0.044);
      double at_1 = 0;
      for (const auto& [cell, seen] : picture) at_1 += seen.kind == FaultKind::kStuckAt1;
      EXPECT_NEAR(at_1 / static_cast<double>(picture.size()), 1.65 / 3.61, 0.02);
    }
    EXPECT_GE(nested_share(pictures[1], pictures[0]), 0.953);  // 182 of 185, 95 % interval
  }
  EXPECT_NEAR(mean_of(over_windows(chips, 256, of_columns)), 1, 0.1);  // 1.0 to 1.3
  EXPECT_NEAR(mean_of(over_windows(chips, 256, of_rows)), 1, 0.1);     // 0.9 to 1.4
}

TEST(MeasuredChips, WeakBitlinesAreLikeChip2) {
  const std::vector<double> rates = {0.04707, 0.0101, 0.00136};
  const Class chips = measured("sram_14nm_weak_bitlines.yaml", rates);
  expect_rates(chips, {rates[0], rates[1]}, 0.3);
  expect_among(17.6, over_windows(chips, 64, of_columns), "columns of 64 rows");
  expect_among(77, over_windows(chips, 256, of_columns), "columns of 256 rows");
  const std::pair<std::size_t, double> worst[] = {{8, 0.56}, {16, 0.80}, {32, 0.97}};
  for (const auto& [columns, share] : worst) {
    const auto of_worst = [n = columns](const Window& one) { return worst_columns_share(one, n); };
    expect_among(share, over_windows(chips, 64, of_worst), "worst columns");
  }
  EXPECT_GE(mean_of(over_windows(chips, 64, of_rows)), 1.0);  // 1.0 to 1.6
  EXPECT_LE(mean_of(over_windows(chips, 64, of_rows)), 1.6);
  for (const auto& pictures : chips.chips) {
    // 18 to 21 % of some 100 cells and more, whose share is known to 4 %.
    EXPECT_NEAR(persistent_share(pictures[0]), 0.195, 0.055);
    EXPECT_GE(nested_share(pictures[1], pictures[0]), 0.952);  // 75 of 75, 95 % interval
    EXPECT_GE(nested_share(pictures[2], pictures[1]), 0.952);
  }
}

TEST(MeasuredChips, AWeakBitlineHasOnePolarityAtEveryVoltage) {
  const Class chips = measured("sram_14nm_weak_bitlines.yaml", {0.04707, 0.0101});
  double at_1 = 0, weak = 0;
  for (const auto& pictures : chips.chips) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<double, double>> lines;
    for (const Picture& picture : pictures) {
      for (const auto& [cell, seen] : picture) {
        ASSERT_NE(seen.kind, FaultKind::kFlip);
        auto& [zeros, ones] = lines[{cell.row / kBlock, cell.column}];
        ++(seen.kind == FaultKind::kStuckAt0 ? zeros : ones);
      }
    }
    for (const auto& [line, counts] : lines) {
      EXPECT_EQ(std::min(counts.first, counts.second), 0);
      if (counts.first + counts.second < 5) continue;
      ++weak;
      at_1 += counts.second > 0;
    }
  }
  EXPECT_GT(weak, 1000);
  EXPECT_NEAR(at_1 / weak, 0.79, 5 * std::sqrt(0.79 * 0.21 / weak));
}

// What `map fit` says of them, from the voltages of the table.
TEST(MeasuredChips, AFitReturnsTheirParameters) {
  const Class chips = measured("sram_14nm_weak_bitlines.yaml", {0.04707, 0.0101, 0.00136});
  const memory::BitlineLayout layout{.cells = kBlock};
  const memory::GeneratorValues& truth = chips.file.chip->parameters;
  for (std::uint64_t number = 0; number < 2; ++number) {
    const auto chip = generated(chips.file, number);
    std::vector<memory::Fault> faults = chip->faults();
    std::erase_if(faults, [&](const auto& fault) { return fault.vfail < chips.voltages[0]; });
    const memory::SparseFaultMap map({kGeometry, "Vmin", chips.voltages[0], ""}, faults);
    const memory::FitData data = fit_data(map, layout, chips.voltages);
    const memory::VminFit fit = with_row_term(map, data, fit_bitline_vmin(data));
    EXPECT_NEAR(fit.estimate.mu, truth.at("mu"), 4 * *fit.standard_error[0]);
    EXPECT_NEAR(fit.estimate.sigma_bitline, truth.at("sigma_bitline"), 4 * *fit.standard_error[1]);
    EXPECT_NEAR(fit.estimate.sigma_cell, truth.at("sigma_cell"), 4 * *fit.standard_error[2]);
    EXPECT_NEAR(fit.estimate.sigma_row, truth.at("sigma_row"), 4 * fit.row_error.value());
    EXPECT_LT(*fit.row_error, 0.001);
    const double bitline = std::pow(fit.estimate.sigma_bitline, 2);
    const double share = bitline / (bitline + std::pow(fit.estimate.sigma_cell, 2) +
                                    std::pow(fit.estimate.sigma_row, 2));
    EXPECT_GE(share, 0.61);  // of the variance, by columns; as published
    EXPECT_LE(share, 0.78);
    const memory::PolarityFit polarity = *fit_polarity(data);
    EXPECT_EQ(polarity.polarity, memory::Polarity::kBitline);
    EXPECT_NEAR(polarity.stuck_at_0_share, 0.21, 4 * polarity.standard_error);
    EXPECT_LT(polarity.against_bitline, 1e-6);
  }
}

}  // namespace
}  // namespace brownout::experiment

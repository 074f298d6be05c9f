// Each term of a cell's Vmin belongs to its objects: dies, bitlines, rows, patches.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <tuple>

#include "memory/numbers/normal_distribution.hpp"
#include "tests/memory/generators/vmin_chips.hpp"

namespace brownout::memory {
namespace {

// What a term adds to the Vmin of each cell.
std::vector<double> added(const SramGeometry& geometry, const VminTerms& without,
                          const VminTerms& with) {
  const VminFaultMap before = chip(geometry, without, 5), after = chip(geometry, with, 5);
  std::vector<double> result;
  for (std::uint32_t bank = 0; bank < geometry.banks; ++bank) {
    for (std::uint32_t row = 0; row < geometry.rows; ++row) {
      for (std::uint32_t column = 0; column < geometry.columns; ++column) {
        const CellAddress cell{bank, row, column};
        result.push_back(after.vmin(cell) - before.vmin(cell));
      }
    }
  }
  return result;
}

// The number of different values, a picovolt apart.
std::size_t different(const std::vector<double>& values) {
  std::map<std::int64_t, int> found;
  for (const double value : values) ++found[std::llround(value * 1e12)];
  return found.size();
}

TEST(VminFaultMap, EachTermHasOneValueForEachOfItsObjects) {
  VminTerms die = kCellsAlone, bitline = kCellsAlone, row = kCellsAlone;
  die.sigma_die = bitline.sigma_bitline = row.sigma_row = 0.03;
  EXPECT_EQ(different(added(kSmall, kCellsAlone, die)), 1u);
  EXPECT_EQ(different(added(kSmall, kCellsAlone, row)), 2u * 32u);
  EXPECT_EQ(different(added(kSmall, kCellsAlone, bitline)), 2u * 100u);
  for (const auto& [cells, bitlines] : {std::pair{32u, 1u}, {20u, 2u}, {16u, 2u}, {1u, 32u}}) {
    bitline.bitlines.cells = cells;
    EXPECT_EQ(different(added(kSmall, kCellsAlone, bitline)), 2u * 100u * bitlines) << cells;
  }
}

TEST(VminFaultMap, AClusterIsAPatchOfRowsAndColumns) {
  VminTerms with = kCellsAlone;
  with.sigma_cluster = 0.03;
  with.cluster_rows = 5;
  with.cluster_columns = 12;
  const VminFaultMap before = chip(kSmall, kCellsAlone, 5), after = chip(kSmall, with, 5);
  const auto term = [&](std::uint32_t bank, std::uint32_t row, std::uint32_t column) {
    return std::llround((after.vmin({bank, row, column}) - before.vmin({bank, row, column})) *
                        1e12);
  };
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::int64_t> patches;
  std::map<std::int64_t, int> values;
  for (std::uint32_t bank = 0; bank < kSmall.banks; ++bank) {
    for (std::uint32_t row = 0; row < kSmall.rows; ++row) {
      for (std::uint32_t column = 0; column < kSmall.columns; ++column) {
        const auto [patch, first] =
            patches.emplace(std::tuple{bank, row / 5, column / 12}, term(bank, row, column));
        if (first) ++values[patch->second];
        ASSERT_EQ(term(bank, row, column), patch->second) << bank << " " << row << " " << column;
      }
    }
  }
  EXPECT_EQ(patches.size(), 2u * 7u * 9u);
  EXPECT_EQ(values.size(), patches.size());  // each its own
}

TEST(VminFaultMap, InterleavedBitlinesTakeTheRowsInTurn) {
  VminTerms terms{.mu = 0.45,
                  .sigma_bitline = 0.03,
                  .sigma_cell = 1e-9,
                  .bitlines = {.cells = 8, .interleave = 2}};
  const CellMasks masks = chip(kSmall, terms, 6).masks_at(volts("0.45"));
  std::size_t parities_differ = 0;
  for (std::uint32_t column = 0; column < kSmall.columns; ++column) {
    for (std::uint32_t row = 0; row < kSmall.rows; ++row) {
      const std::uint32_t first = row / 16 * 16 + row % 2;  // of its bitline
      ASSERT_EQ(masks.at({1, row, column}), masks.at({1, first, column})) << row << " " << column;
    }
    parities_differ += masks.at({1, 0, column}) != masks.at({1, 1, column});
  }
  EXPECT_NEAR(static_cast<double>(parities_differ), 50, 5 * 5);  // half of 100 columns
}

// Variance over mean of the faults per patch: 1 - p for independent cells; with a shared term that
// makes the failure probability q of a patch random, (n - 1) Var(q) / p more.
TEST(VminFaultMap, ClustersSpreadTheFaultsOfPatches) {
  VminTerms clustered = kCellsAlone;
  clustered.sigma_cluster = 0.03;
  for (const bool shared : {false, true}) {
    const VminTerms& terms = shared ? clustered : kCellsAlone;
    const CellMasks masks = chip(kLarge, terms, 2).masks_at(volts("0.45"));
    constexpr std::size_t kPatches = 8 * 128 * 16;
    constexpr double kCells = 64;
    std::vector<double> counts(kPatches);
    masks.for_each([&](const CellAddress& cell, FaultKind) {
      ++counts[(cell.bank * 128 + cell.row / 8) * 16 + cell.column / 8];
    });
    double sum = 0, squares = 0;
    for (const double count : counts) sum += count, squares += count * count;
    const double mean = sum / kPatches;
    const double found = (squares / kPatches - mean * mean) / mean;
    // Moments of q(b) = cdf(a + b * ratio) over the normal b, by the trapezoidal rule.
    double p = 0, square = 0;
    for (double b = -9; b <= 9; b += 0.01) {
      const double shift = shared ? 0.03 * b : 0;
      const double q = reproducible_normal_cdf((0.3908 + shift - 0.45) / 0.0385);
      const double density = 0.01 * std::exp(-b * b / 2) / std::sqrt(2 * 3.14159265358979);
      p += density * q;
      square += density * q * q;
    }
    const double expected = 1 - p + (kCells - 1) * (square - p * p) / p;
    // The standard error of an index of dispersion of n counts is about sqrt(2 / n) of it; long
    // tails double it.
    EXPECT_NEAR(found, expected, 5 * 2 * expected * std::sqrt(2.0 / kPatches)) << shared;
  }
}

TEST(VminFaultMap, BitlinesAreSplitEveryCellsPerBitlineRows) {
  VminTerms terms{.mu = 0.45, .sigma_bitline = 0.03, .sigma_cell = 1e-9, .bitlines = {.cells = 20}};
  const CellMasks masks = chip(kSmall, terms, 6).masks_at(volts("0.45"));
  std::size_t changes = 0;
  for (std::uint32_t column = 0; column < kSmall.columns; ++column) {
    for (std::uint32_t row = 1; row < kSmall.rows; ++row) {
      const bool changed = masks.at({1, row, column}) != masks.at({1, row - 1, column});
      ASSERT_TRUE(!changed || row == 20) << row << " " << column;
      changes += changed;
    }
  }
  EXPECT_NEAR(static_cast<double>(changes), 50, 5 * 5);  // half of 100 columns
}

}  // namespace
}  // namespace brownout::memory

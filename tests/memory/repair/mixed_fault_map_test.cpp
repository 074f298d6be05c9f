// Two kinds of cells in one SRAM: which columns are whose.
#include "memory/repair/mixed_fault_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "memory/generators/iid_generator.hpp"
#include "memory/generators/noisy_fault_map.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

constexpr FaultMixture kFlips{};

bool is_set(const std::vector<std::uint64_t>& columns, std::uint32_t column) {
  return (columns.at(column / 64) >> column % 64 & 1U) != 0;
}

TEST(ProtectedBits, AreTheTopOfEveryLaneOfTheData) {
  for (const std::uint32_t lane_bits : {3U, 4U, 8U}) {
    for (std::uint32_t bits = 0; bits <= lane_bits; ++bits) {
      const SramOrganisation organisation{
          .banks = 2, .words = 64, .word_bits = 32, .column_mux = 4, .check_bits = 7};
      const ProtectedBits top{bits, lane_bits};
      const std::vector<std::uint64_t> columns = top.columns(organisation);
      std::uint32_t count = 0;
      for (std::uint32_t bit = 0; bit < 39; ++bit) {
        const bool in_lane = bit < 32 / lane_bits * lane_bits;
        const bool expected = in_lane && bit % lane_bits + bits >= lane_bits;
        count += expected ? 1 : 0;
        for (std::uint32_t mux = 0; mux < 4; ++mux) {
          EXPECT_EQ(is_set(columns, bit * 4 + mux), expected) << bit << " of " << lane_bits;
        }
      }
      EXPECT_EQ(top.count(organisation), count);
    }
  }
}

TEST(MixedFaultMap, HasTheCellsOfEachOnItsColumns) {
  const SramGeometry geometry{2, 64, 200};
  const auto cells = [&](std::uint64_t seed) {
    return std::make_unique<NoisyFaultMap>(
        std::make_unique<IidFaultMap>(geometry, profile_14nm(), kFlips, seed), 0.01);
  };
  const std::vector<std::uint64_t> columns = {0xF0F0, ~std::uint64_t{0}};  // none behind 127
  const MixedFaultMap mixed(cells(1), cells(2), columns);
  const CellFaults faults = mixed.faults_at(volts("0.85"));
  const CellFaults one = cells(1)->faults_at(volts("0.85"));
  const CellFaults other = cells(2)->faults_at(volts("0.85"));
  const auto is_other = [&](std::uint32_t column) {
    return column < 128 && is_set(columns, column);
  };
  for (std::uint32_t row = 0; row < geometry.rows; ++row) {
    for (std::uint32_t column = 0; column < geometry.columns; ++column) {
      const CellAddress cell{1, row, column};
      EXPECT_EQ(faults.certain.at(cell), (is_other(column) ? other : one).certain.at(cell));
    }
  }
  std::vector<IntermittentCell> expected;
  for (const CellFaults* of : {&one, &other}) {
    for (const IntermittentCell& cell : of->intermittent) {
      if (is_other(cell.cell.column) == (of == &other)) expected.push_back(cell);
    }
  }
  std::sort(expected.begin(), expected.end(),
            [](const auto& a, const auto& b) { return a.cell < b.cell; });
  EXPECT_EQ(faults.intermittent, expected);
  EXPECT_GT(expected.size(), 100U);
  EXPECT_THROW(MixedFaultMap(cells(1),
                             std::make_unique<IidFaultMap>(SramGeometry{1, 64, 200}, profile_14nm(),
                                                           kFlips, 1),
                             columns),
               std::logic_error);
}

}  // namespace
}  // namespace brownout::memory

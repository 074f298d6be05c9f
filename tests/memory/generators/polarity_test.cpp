// Stuck cells whose bitline decides what they are stuck at, in every generator and in defects.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "memory/chip_draws.hpp"
#include "memory/generators/defect_map.hpp"
#include "memory/generators/generators.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

constexpr SramGeometry kGeometry{2, 256, 150};  // rows that end inside a mask word
constexpr BitlineLayout kLayouts[] = {{}, {.cells = 32}, {.cells = 24, .interleave = 2}};

GeneratorValues values_of(const Generator& generator, const BitlineLayout& layout) {
  GeneratorValues values;
  for (const GeneratorParameter& parameter : generator.parameters) {
    if (parameter.range == GeneratorParameter::Range::kCount) continue;
    values.emplace(parameter.name, parameter.name == "mu" ? 0.7 : 0.02);
  }
  if (layout.cells) values["cells_per_bitline"] = *layout.cells;
  values["interleaved_bitlines"] = layout.interleave;
  return values;
}

FaultMixture polar(double share, const BitlineLayout& layout) {
  return {
      .stuck = true, .stuck_at_0_share = share, .polarity = Polarity::kBitline, .bitlines = layout};
}

// What each bitline is stuck at; fails the test where one is stuck at both.
using Lines = std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, FaultKind>;

void add_lines(Lines& lines, const CellMasks& masks, const BitlineLayout& layout) {
  masks.for_each([&](const CellAddress& cell, FaultKind kind) {
    const auto [line, is_new] =
        lines.try_emplace({cell.bank, cell.column, layout.bitline(cell.row)}, kind);
    ASSERT_EQ(line->second, kind) << to_string(cell);
  });
}

double share_at_0(const Lines& lines) {
  double zeros = 0;
  for (const auto& [line, kind] : lines) zeros += kind == FaultKind::kStuckAt0;
  return zeros / static_cast<double>(lines.size());
}

TEST(Polarity, ABitlineHasOneAtEveryVoltageInEveryGenerator) {
  for (const Generator& generator : generators()) {
    for (const BitlineLayout& layout : kLayouts) {
      const auto map =
          generator.make({kGeometry, profile_14nm(), polar(0.3, layout), chip_seed(5, 0)},
                         values_of(generator, layout));
      SCOPED_TRACE(map->source());
      Lines lines;
      for (const char* voltage : {"0.85", "0.8", "0.75"}) {
        add_lines(lines, map->masks_at(volts(voltage)), layout);
      }
      const std::size_t bitlines =
          std::size_t{kGeometry.banks} * kGeometry.columns * layout.bitlines(kGeometry.rows);
      EXPECT_GT(lines.size(), bitlines / 2);
      EXPECT_NEAR(share_at_0(lines), 0.3, 5 * std::sqrt(0.21 / static_cast<double>(lines.size())));
      for (const Fault& fault : map->faults()) {  // the list says the same
        ASSERT_EQ(lines.at({fault.cell.bank, fault.cell.column, layout.bitline(fault.cell.row)}),
                  fault.kind);
      }
    }
  }
}

TEST(Polarity, ChangesHowCellsFailAndNotWhich) {
  for (const Generator& generator : generators()) {
    const auto count = [&](const FaultMixture& mixture) {
      return generator
          .make({kGeometry, profile_14nm(), mixture, chip_seed(5, 0)}, values_of(generator, {}))
          ->masks_at(volts("0.77"))
          .count();
    };
    EXPECT_EQ(count(polar(0.3, {})), count({}));
    EXPECT_EQ(count(polar(0.3, {})), count({.stuck = true}));
  }
}

TEST(Polarity, IsTheSameForABitlineInAllGeneratorsAndItsDefects) {
  Lines lines;  // of one seed and share: whoever fails on a bitline fails the same way
  for (const Generator& generator : generators()) {
    const BitlineLayout layout{.cells = 32};
    const auto map =
        generator.make({kGeometry, profile_14nm(), polar(0.4, layout), chip_seed(5, 0)},
                       values_of(generator, layout));
    add_lines(lines, map->masks_at(volts("0.75")), layout);
    const DefectMap defects(kGeometry, {0.05, 0.4, Polarity::kBitline, layout}, chip_seed(5, 0));
    add_lines(lines, defects.masks(), layout);
  }
  Lines other;
  const DefectMap defects(kGeometry, {0.05, 0.4, Polarity::kBitline, {.cells = 32}},
                          chip_seed(5, 1));
  add_lines(other, defects.masks(), {.cells = 32});
  EXPECT_NE(lines, other);
}

TEST(Polarity, NeighbouringBitlinesAreIndependent) {
  const BitlineLayout layout{.cells = 16, .interleave = 2};
  const auto map = find_generator("iid").make(
      {kGeometry, profile_14nm(), polar(0.5, layout), chip_seed(6, 0)}, {});
  Lines lines;
  add_lines(lines, map->masks_at(volts("0.75")), layout);
  double alike[3] = {}, pairs[3] = {};
  for (const auto& [line, kind] : lines) {
    const auto& [bank, column, bitline] = line;
    const Lines::key_type others[] = {
        {bank + 1, column, bitline}, {bank, column + 1, bitline}, {bank, column, bitline + 1}};
    for (std::size_t i = 0; i < 3; ++i) {
      const auto other = lines.find(others[i]);
      if (other == lines.end()) continue;
      ++pairs[i];
      alike[i] += other->second == kind;
    }
  }
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(alike[i] / pairs[i], 0.5, 5 * std::sqrt(0.25 / pairs[i])) << i;
  }
}

TEST(Polarity, IsSaidInTheSource) {
  const auto iid =
      find_generator("iid").make({kGeometry, profile_14nm(), polar(0.21, {.cells = 32}), 17}, {});
  EXPECT_EQ(iid->source(),
            "generated: iid stuck cells, 21 % of the bitlines at 0, 32 cells a bitline, profile "
            "sram-14nm, chip seed 17");
  EXPECT_EQ(DefectMap(kGeometry, {0.001, 0.25, Polarity::kBitline}, 3).source(),
            "generated: defects at a rate of 0.001, 25 % of the bitlines at 0, chip seed 3");
}

TEST(Polarity, FlipsOfOneAreRefused) {
  EXPECT_EQ(message_of([] { FaultMixture{.polarity = Polarity::kBitline}.validate(); }),
            "polarity: bitline needs kind: stuck; a flip goes both ways");
  EXPECT_EQ(message_of([] { (void)parse_polarity("row"); }), "'row' is not one of cell, bitline");
}

}  // namespace
}  // namespace brownout::memory

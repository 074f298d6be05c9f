// What holds for every entry of the table of generators: a new one is tested by standing there.
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "memory/chip_draws.hpp"
#include "memory/generators/generators.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

constexpr SramGeometry kGeometry{2, 256, 150};  // rows that end inside a mask word
constexpr FaultMixture kFlips{};

// Every parameter in use: a Vmin of 0.7 on average, and every spread there is.
GeneratorValues values_of(const Generator& generator) {
  GeneratorValues values;
  for (const GeneratorParameter& parameter : generator.parameters) {
    double value = 0.02;  // a sigma
    if (parameter.name == "mu") value = 0.7;
    if (parameter.range == GeneratorParameter::Range::kCount) value = 3;
    values.emplace(parameter.name, value);
  }
  return values;
}

std::unique_ptr<GeneratedFaultMap> chip(const Generator& generator, const FaultMixture& mixture,
                                        std::uint64_t number = 0) {
  return generator.make({kGeometry, profile_14nm(), mixture, chip_seed(21, number)},
                        values_of(generator));
}

std::vector<std::pair<CellAddress, FaultKind>> list(const CellMasks& masks) {
  std::vector<std::pair<CellAddress, FaultKind>> cells;
  masks.for_each([&](const CellAddress& cell, FaultKind kind) { cells.emplace_back(cell, kind); });
  return cells;
}

// Every voltage of a millivolt's grid over the whole profile, falling: what fails goes on failing
// in its way, and `faults` names the step at which it began.
void expect_nested(const GeneratedFaultMap& map) {
  const std::vector<Fault> faults = map.faults();
  CellMasks higher = map.masks_at(volts("1"));
  EXPECT_EQ(higher.count(), 0u);
  for (std::int64_t micro = 999'000; micro >= 750'000; micro -= 1000) {
    const CellMasks lower = map.masks_at(Voltage::from_micro(micro));
    std::uint64_t expected = 0;
    for (const Fault& fault : faults) {
      if (fault.vfail.micro() < micro) continue;
      ++expected;
      ASSERT_EQ(lower.at(fault.cell), fault.kind) << micro << " " << to_string(fault.cell);
    }
    ASSERT_EQ(lower.count(), expected) << micro;
    higher.for_each([&](const CellAddress& cell, FaultKind kind) {
      ASSERT_EQ(lower.at(cell), kind) << micro << " " << to_string(cell);
    });
    higher = lower;
  }
  EXPECT_GT(higher.count(), 1000u);
}

class EveryGenerator : public testing::TestWithParam<Generator> {};

INSTANTIATE_TEST_SUITE_P(Table, EveryGenerator, testing::ValuesIn(generators()),
                         [](const auto& param) { return std::string(param.param.name); });

TEST_P(EveryGenerator, FaultsNestOverAllVoltagesOfTheGrid) {
  for (const FaultMixture& mixture :
       {kFlips, FaultMixture{.stuck = true, .stuck_at_0_share = 0.3}}) {
    expect_nested(*chip(GetParam(), mixture, 1));
  }
  for (const char* term : {"sigma_row", "sigma_cluster"}) {  // without one of the spreads
    GeneratorValues values = values_of(GetParam());
    if (const auto found = values.find(term); found != values.end()) {
      found->second = 0;
      expect_nested(
          *GetParam().make({kGeometry, profile_14nm(), kFlips, chip_seed(21, 2)}, values));
    }
  }
}

// Five standard deviations of a binomial share.
TEST_P(EveryGenerator, PolarityHasItsShare) {
  for (const double share : {0.0, 0.1, 0.5, 1.0}) {
    const auto map = chip(GetParam(), {.stuck = true, .stuck_at_0_share = share});
    double zeros = 0, total = 0;
    map->masks_at(volts("0.75")).for_each([&](const CellAddress&, FaultKind kind) {
      ASSERT_NE(kind, FaultKind::kFlip);
      zeros += kind == FaultKind::kStuckAt0;
      ++total;
    });
    ASSERT_GT(total, 1000);
    EXPECT_NEAR(zeros / total, share, 5 * std::sqrt(share * (1 - share) / total)) << share;
  }
}

TEST_P(EveryGenerator, FlipsAndStuckCellsOfAChipAreTheSameCells) {
  const CellMasks flips = chip(GetParam(), kFlips)->masks_at(volts("0.76"));
  const CellMasks stuck = chip(GetParam(), {.stuck = true})->masks_at(volts("0.76"));
  EXPECT_EQ(flips.count(), stuck.count());
  flips.for_each([&](const CellAddress& cell, FaultKind kind) {
    ASSERT_EQ(kind, FaultKind::kFlip);
    ASSERT_TRUE(stuck.at(cell).has_value());
  });
}

TEST_P(EveryGenerator, MasksDependOnNeitherOrderNorThread) {
  const auto map = chip(GetParam(), {.stuck = true});
  const std::vector<const char*> texts = {"0.75", "0.9", "0.8", "0.85"};
  std::vector<std::vector<std::pair<CellAddress, FaultKind>>> alone, together(texts.size());
  for (const char* text : texts) {  // each from a chip that was asked nothing else
    alone.push_back(list(chip(GetParam(), {.stuck = true})->masks_at(volts(text))));
  }
  std::vector<std::thread> threads;
  for (std::size_t i = texts.size(); i-- > 0;) {
    threads.emplace_back([&, i] { together[i] = list(map->masks_at(volts(texts[i]))); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(together, alone);
}

// Spare lines stand behind the others: what they widen has the same cells as before.
TEST_P(EveryGenerator, ACellDoesNotDependOnTheLinesBehindIt) {
  constexpr SramGeometry kWider{2, 261, 163};
  for (const Polarity polarity : {Polarity::kCell, Polarity::kBitline}) {
    const FaultMixture mixture{.stuck = true, .polarity = polarity};
    const CellMasks masks = chip(GetParam(), mixture)->masks_at(volts("0.77"));
    const CellMasks wider =
        GetParam()
            .make({kWider, profile_14nm(), mixture, chip_seed(21, 0)}, values_of(GetParam()))
            ->masks_at(volts("0.77"));
    std::uint64_t inside = 0;
    wider.for_each([&](const CellAddress& cell, FaultKind kind) {
      if (!kGeometry.contains(cell)) return;
      ASSERT_EQ(masks.at(cell), kind) << to_string(cell);
      ++inside;
    });
    EXPECT_EQ(inside, masks.count());
    EXPECT_GT(wider.count(), inside);
  }
}

TEST_P(EveryGenerator, ChipsDiffer) {
  EXPECT_NE(list(chip(GetParam(), kFlips, 0)->masks_at(volts("0.78"))),
            list(chip(GetParam(), kFlips, 1)->masks_at(volts("0.78"))));
}

// Pairs of cells `distance` columns, rows or banks apart of which both fail: p^2 of all pairs.
TEST(IndependentCells, NeighboursFailIndependently) {
  constexpr SramGeometry kLarge{8, 1024, 128};
  const auto map = find_generator("iid").make({kLarge, profile_14nm(), kFlips, 3}, {});
  const CellMasks masks = map->masks_at(volts("0.77"));
  const double p = static_cast<double>(masks.count()) / static_cast<double>(kLarge.cells());
  const CellAddress steps[] = {{0, 0, 1}, {0, 0, 2}, {0, 0, 64}, {0, 1, 0}, {0, 1, 1}, {1, 0, 0}};
  for (const CellAddress& step : steps) {
    std::uint64_t both = 0;
    masks.for_each([&](const CellAddress& cell, FaultKind) {
      const CellAddress other{cell.bank + step.bank, cell.row + step.row,
                              cell.column + step.column};
      both += kLarge.contains(other) && masks.at(other).has_value();
    });
    const double pairs = static_cast<double>(kLarge.banks - step.bank) *
                         static_cast<double>(kLarge.rows - step.row) *
                         static_cast<double>(kLarge.columns - step.column);
    EXPECT_NEAR(static_cast<double>(both), pairs * p * p, 5 * std::sqrt(pairs * p * p))
        << to_string(step);
  }
}

}  // namespace
}  // namespace brownout::memory

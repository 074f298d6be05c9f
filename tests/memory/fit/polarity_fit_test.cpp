// Polarity of measured maps: of cells or bitlines, and where neither is quite true.
#include "memory/fit/polarity_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "memory/chip_draws.hpp"
#include "memory/generators/iid_generator.hpp"

namespace brownout::memory {
namespace {

constexpr SramGeometry kGeometry{2, 256, 100};
constexpr BitlineLayout kLayout{.cells = 64, .interleave = 2};

// At 5 % of the cells: three of a bitline on average.
FitData data_of(const FaultMixture& mixture, std::uint64_t seed = 1, double turned = 0) {
  CellMasks masks =
      independent_cells(kGeometry, Chance(0.05), FailureKinds(kGeometry, mixture, seed), seed);
  std::vector<Fault> faults;
  const Chance against(turned);
  masks.for_each([&](const CellAddress& cell, FaultKind kind) {
    const auto number = keyed_hash(seed, cell.bank, cell.row, cell.column, 99);
    if (kind != FaultKind::kFlip && against.happens(number)) {
      kind = kind == FaultKind::kStuckAt0 ? FaultKind::kStuckAt1 : FaultKind::kStuckAt0;
    }
    faults.push_back({cell, Voltage::parse("0.8"), kind});
  });
  const SparseFaultMap map({kGeometry, "V", Voltage::parse("0.8"), ""}, faults);
  return fit_data(map, kLayout, {Voltage::parse("0.8")});
}

TEST(PolarityFit, BitlinesAndCellsAreToldApartWithTheirShare) {
  for (const Polarity polarity : {Polarity::kCell, Polarity::kBitline}) {
    for (const double share : {0.1, 0.21, 0.5, 0.9}) {
      const PolarityFit fit = *fit_polarity(data_of({true, share, polarity, kLayout}));
      EXPECT_EQ(fit.polarity, polarity) << share;
      EXPECT_NEAR(fit.stuck_at_0_share, share, 4 * fit.standard_error) << share;
      EXPECT_GT(fit.standard_error, 0);
      EXPECT_EQ(fit.against_bitline < 1e-6, polarity == Polarity::kBitline);
    }
  }
}

// Wherever all cells are stuck alike there is nothing to tell apart.
TEST(PolarityFit, OneKindOfStuckCellsIsThatOfCells) {
  const PolarityFit fit = *fit_polarity(data_of({true, 1, Polarity::kBitline, kLayout}));
  EXPECT_EQ(fit.polarity, Polarity::kCell);
  EXPECT_EQ(fit.stuck_at_0_share, 1);
}

TEST(PolarityFit, FewCellsAgainstTheirBitlineLeaveItItsPolarityAndManyDoNot) {
  const FaultMixture mixture{true, 0.3, Polarity::kBitline, kLayout};
  const PolarityFit few = *fit_polarity(data_of(mixture, 2, 0.03));
  EXPECT_EQ(few.polarity, Polarity::kBitline);
  EXPECT_NEAR(few.against_bitline, 0.03, 0.01);
  EXPECT_NEAR(few.stuck_at_0_share, 0.3, 4 * few.standard_error);
  const PolarityFit many = *fit_polarity(data_of(mixture, 2, 0.2));
  EXPECT_EQ(many.polarity, Polarity::kCell);
  EXPECT_NEAR(many.against_bitline, 0.2, 0.02);
}

TEST(PolarityFit, FlipsHaveNone) { EXPECT_FALSE(fit_polarity(data_of({}))); }

}  // namespace
}  // namespace brownout::memory

// How well a fit describes a map: measures counted by hand, and models that are right and wrong.
// A drawn board, and the measured 28 nm one where its data are at hand.
#include "memory/fit/fit_goodness.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "memory/generators/vmin_generator.hpp"
#include "tests/support/measured_board.hpp"

namespace brownout::memory {
namespace {

Voltage volts(const char* text) { return Voltage::parse(text); }

TEST(FitGoodness, MeasuresAreCountsOfTheMap) {
  std::vector<Fault> faults;
  for (std::uint32_t row = 0; row < 5; ++row) {  // a bitline with five faults
    faults.push_back({{0, row, 0}, volts("0.5"), FaultKind::kFlip});
  }
  faults.push_back({{0, 0, 1}, volts("0.6"), FaultKind::kFlip});  // one with one, or two below
  faults.push_back({{0, 1, 1}, volts("0.5"), FaultKind::kFlip});
  const FitData data = fit_data({{{1, 16, 4}, "V", volts("0.5"), "test"}, faults}, {}, {});
  const std::vector<FitMeasure> measures = fit_measures(data);
  std::vector<std::string> lines;
  const MeasureValues found = values(data, measures);
  ASSERT_EQ(found.size(), measures.size());
  for (std::size_t i = 0; i < measures.size(); ++i) {
    std::ostringstream line;
    line << measures[i].voltage.text() << " " << to_string(measures[i]) << ": " << *found[i];
    lines.push_back(line.str());
  }
  EXPECT_EQ(
      lines,
      (std::vector<std::string>{
          "0.5 faults: 7", "0.5 faulty bitlines: 2", "0.5 share on bitlines with >= 2: 1",
          "0.5 share on bitlines with >= 3: 0.714286", "0.5 share on bitlines with >= 5: 0.714286",
          "0.5 share on bitlines with >= 10: 0", "0.5 share on bitlines with >= 20: 0",
          "0.6 faults: 1", "0.6 faulty bitlines: 1", "0.6 share on bitlines with >= 2: 0",
          "0.6 share on bitlines with >= 3: 0", "0.6 share on bitlines with >= 5: 0",
          "0.6 share on bitlines with >= 10: 0", "0.6 share on bitlines with >= 20: 0"}));
}

constexpr SramGeometry kGeometry{4, 256, 64};

FitData data_of_bitlines() {
  VoltageProfileData profile;
  profile.name = "test";
  profile.source = "test";
  profile.error_free_voltage = profile.reference_voltage = volts("1");
  profile.rows = {{volts("0.4"), 0.5, {}, {}}, {volts("0.9"), 0.1, {}, {}}};
  const VminFaultMap map("test", kGeometry, std::make_shared<const VoltageProfile>(profile),
                         {.mu = 0.25, .sigma_bitline = 0.04, .sigma_cell = 0.05}, {}, 5);
  return fit_data({{kGeometry, "V", volts("0.4"), "test"}, map.faults()}, {},
                  {volts("0.4"), volts("0.42"), volts("0.45")});
}

TEST(FitGoodness, TheRightModelPassesAndTheWrongOneFails) {
  const FitData data = data_of_bitlines();
  const auto measures = fit_measures(data);
  constexpr int kChips = 40;
  const FitGoodness right = fit_goodness(data, fit_bitline_vmin(data), measures, kChips, 0);
  const FitGoodness wrong = fit_goodness(data, fit_gaussian_vmin(data), measures, kChips, 0);
  EXPECT_GT(right.p_value, 0.05);
  EXPECT_DOUBLE_EQ(wrong.p_value, 1.0 / (kChips + 1));  // farther than all of them
}

TEST(FitGoodness, SimulatedFaultCountsAreThoseOfTheModel) {
  const FitData data = data_of_bitlines();
  const auto measures = fit_measures(data);
  const VminFit fit = fit_bitline_vmin(data);
  const FitGoodness goodness = fit_goodness(data, fit, measures, 40, 1);
  const double sigma = std::hypot(fit.estimate.sigma_bitline, fit.estimate.sigma_cell);
  for (std::size_t i = 0; i < measures.size(); ++i) {
    const Simulated& chips = goodness.simulated[i].value();
    EXPECT_LE(chips.low, chips.mean);
    EXPECT_LE(chips.mean, chips.high);
    if (measures[i].kind != FitMeasure::Kind::kFaults) continue;
    const double p =
        0.5 * std::erfc((measures[i].voltage.value() - fit.estimate.mu) / sigma / std::sqrt(2.0));
    const double expected = p * static_cast<double>(kGeometry.cells());
    // Of 40 chips whose spread is a third of 5 to 95 %.
    EXPECT_NEAR(chips.mean, expected, 5 * (chips.high - chips.low) / 3.3 / std::sqrt(40.0));
  }
}

// All that a fit of a board says: the parameters within so many standard errors of others, bitlines
// needed by far, and the board one of the chips that the fit makes.
void expect_fitted(const SramGeometry& geometry, const std::string& csv,
                   const VminParameters& expected, double errors) {
  std::vector<Fault> faults;
  for (const testing::BoardBit& bit : testing::board_bits(csv)) {
    faults.push_back({bit.cell, bit.vfail, FaultKind::kStuckAt0});
  }
  const SparseFaultMap map({geometry, "V", volts("0.53"), "board"}, faults);
  const FitData data = fit_data(map, {.cells = 512, .interleave = 2}, {});
  EXPECT_EQ(data.bitlines, std::uint64_t{geometry.banks} * geometry.columns * 2);
  const VminFit fit = fit_bitline_vmin(data);
  EXPECT_NEAR(fit.estimate.mu, expected.mu, errors * fit.standard_error[0].value());
  EXPECT_NEAR(fit.estimate.sigma_bitline, expected.sigma_bitline,
              errors * fit.standard_error[1].value());
  EXPECT_NEAR(fit.estimate.sigma_cell, expected.sigma_cell, errors * fit.standard_error[2].value());
  EXPECT_LT(fit.aic(), fit_gaussian_vmin(data).aic() - 1000);

  const auto measures = fit_measures(data);
  const FitGoodness goodness = fit_goodness(data, fit, measures, 40, 0);
  EXPECT_GT(goodness.p_value, 0.1);
  const MeasureValues measured = values(data, measures);
  for (std::size_t i = 0; i < measures.size(); ++i) {  // where there are enough faults for a share
    if (measures[i].voltage > volts("0.55") || measures[i].least > 5) continue;
    const Simulated& chips = goodness.simulated[i].value();
    const double room = (chips.high - chips.low) / 2;  // beyond 5 to 95 %: some two deviations
    EXPECT_GE(*measured[i], chips.low - room)
        << measures[i].voltage.text() << to_string(measures[i]);
    EXPECT_LE(*measured[i], chips.high + room)
        << measures[i].voltage.text() << to_string(measures[i]);
  }
}

// What it was drawn from, by the fit's own errors.
TEST(FitGoodness, ADrawnBoardIsOneOfItsFit) {
  constexpr VminTerms kTerms = testing::kDrawnTerms;
  expect_fitted(testing::kDrawnBoard, testing::drawn_board(),
                {kTerms.mu, kTerms.sigma_bitline, kTerms.sigma_cell}, 3);
}

// The measured 28 nm chip, by an earlier fit to its moments (vmin_generator.hpp).
TEST(FitGoodness, TheMeasuredBoardIsOneOfItsFit) {
  const std::string csv = testing::measured_board();
  if (csv.empty()) GTEST_SKIP() << "the measured board is not here; the drawn one stands for it";
  expect_fitted(testing::kMeasuredBoard, csv, {0.3908, 0.0293, 0.025}, 2);
}

}  // namespace
}  // namespace brownout::memory

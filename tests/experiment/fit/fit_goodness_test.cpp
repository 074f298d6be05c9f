// How well a fit describes a map: measures counted by hand, and models that are right and wrong.
// The measured 28 nm chip where its data are at hand.
#include "sim/experiment/fit/fit_goodness.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "memory/generators/vmin_generator.hpp"

namespace brownout::experiment {
namespace {

using memory::Fault;
using memory::FaultKind;
using memory::SparseFaultMap;
using memory::Voltage;

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

constexpr memory::SramGeometry kGeometry{4, 256, 64};

FitData data_of_bitlines() {
  memory::VoltageProfileData profile;
  profile.name = "test";
  profile.source = "test";
  profile.error_free_voltage = profile.reference_voltage = volts("1");
  profile.rows = {{volts("0.4"), 0.5, {}, {}}, {volts("0.9"), 0.1, {}, {}}};
  const memory::VminFaultMap map("test", kGeometry,
                                 std::make_shared<const memory::VoltageProfile>(profile),
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

// One chip of 28 nm FPGA block RAM (research data, not part of the repository): bank, row, column,
// vfail in mV, one fault a line behind a header.
TEST(FitGoodness, The28nmChipIsOneOfItsFit) {
  const auto path = std::filesystem::path(BROWNOUT_SOURCE_DIR).parent_path() /
                    "shared/data/sram/kc705b_faults.csv";
  std::ifstream in(path);
  if (!in) GTEST_SKIP() << "the measured map is not here";
  std::vector<Fault> faults;
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    unsigned bank = 0, row = 0, column = 0, millivolts = 0;
    ASSERT_EQ(std::sscanf(line.c_str(), "%u,%u,%u,%u", &bank, &row, &column, &millivolts), 4);
    faults.push_back({{bank, row, column},
                      Voltage::from_micro(std::int64_t{millivolts} * 1000),
                      FaultKind::kStuckAt0});
  }
  const SparseFaultMap map({{890, 1024, 8}, "V", volts("0.53"), "KC705-B"}, faults);
  const FitData data = fit_data(map, {.cells = 512, .interleave = 2}, {});
  EXPECT_EQ(data.bitlines, 14240u);
  const VminFit fit = fit_bitline_vmin(data);
  // The project's earlier fit, by moments; within two standard errors.
  EXPECT_NEAR(fit.estimate.mu, 0.3908, 2 * fit.standard_error[0].value());
  EXPECT_NEAR(fit.estimate.sigma_bitline, 0.0293, 2 * fit.standard_error[1].value());
  EXPECT_NEAR(fit.estimate.sigma_cell, 0.025, 2 * fit.standard_error[2].value());
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

}  // namespace
}  // namespace brownout::experiment

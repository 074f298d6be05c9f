// The fit: its data, its likelihood against a direct computation, and known parameters recovered.
#include "memory/fit/vmin_fit.hpp"
#include "memory/chip_draws.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>

#include "memory/base/input_error.hpp"
#include "memory/fit/maximize.hpp"
#include "memory/fit/row_fit.hpp"
#include "memory/generators/vmin_generator.hpp"

namespace brownout::memory {
namespace {

Voltage volts(const char* text) { return Voltage::parse(text); }

std::vector<Voltage> grid(const std::vector<const char*>& texts) {
  std::vector<Voltage> voltages;
  for (const char* text : texts) voltages.push_back(volts(text));
  return voltages;
}

// Two banks of 8 rows and 2 columns; bitlines of 4 cells, even and odd rows.
SparseFaultMap small_map() {
  return {{{2, 8, 2}, "V", volts("0.5"), "test"},
          {{{0, 0, 1}, volts("0.6"), FaultKind::kStuckAt0},
           {{0, 2, 1}, volts("0.5"), FaultKind::kStuckAt1},
           {{0, 3, 1}, volts("0.52"), FaultKind::kStuckAt0},
           {{1, 6, 0}, volts("0.5"), FaultKind::kFlip},
           {{1, 7, 0}, Voltage::infinite(), FaultKind::kFlip}}};
}
constexpr BitlineLayout kSmallLayout{.cells = 4, .interleave = 2};

TEST(FitData, CountsTheCellsOfEachBitlineByTheVoltageAtWhichTheyFailFirst) {
  const FitData data = fit_data(small_map(), kSmallLayout, grid({"0.5", "0.6", "0.55"}));
  EXPECT_EQ(data.voltages, grid({"0.6", "0.55", "0.5"}));
  EXPECT_EQ(data.bitlines, 8u);
  EXPECT_EQ(data.longest_bitline, 4u);
  EXPECT_EQ(data.cells, (std::vector<std::uint64_t>{1, 0, 3, 27}));  // 31: one is a defect
  EXPECT_EQ(data.defects, 1u);
  EXPECT_EQ(data.flips, 1u);
  EXPECT_EQ(data.stuck_at_0, 2u);
  EXPECT_EQ(data.stuck_at_1, 1u);
  std::map<std::vector<std::uint32_t>, std::uint64_t> groups;
  for (const BitlineGroup& group : data.groups) groups[group.cells] = group.bitlines;
  const std::map<std::vector<std::uint32_t>, std::uint64_t> expected = {
      {{1, 0, 1, 2}, 1},  // bank 0, column 1, even rows
      {{0, 0, 1, 3}, 2},  // its odd rows; bank 1, column 0, even rows
      {{0, 0, 0, 3}, 1},  // the one with the defect
      {{0, 0, 0, 4}, 4}};
  EXPECT_EQ(groups, expected);
}

TEST(FitData, TakesTheVoltagesOfTheMap) {
  EXPECT_EQ(fit_data(small_map(), {}, {}).voltages, grid({"0.6", "0.52", "0.5"}));
  std::vector<Fault> many;
  for (std::uint32_t i = 0; i < 100; ++i) {
    many.push_back({{0, i, 0}, Voltage::from_micro(500'000 + 2'400 * i), FaultKind::kFlip});
  }
  const SparseFaultMap map({{1, 200, 1}, "V", volts("0.5"), "test"}, many);
  const FitData data = fit_data(map, {}, {});
  EXPECT_EQ(data.voltages.size(), 12u);
  EXPECT_EQ(data.voltages.back(), volts("0.5"));
  EXPECT_EQ(data.faults(), 100u);
}

std::string error_of(const SparseFaultMap& map, const std::vector<Voltage>& voltages) {
  try {
    fit_gaussian_vmin(fit_data(map, {}, voltages));
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

TEST(FitData, SaysWhatAMapIsMissing) {
  EXPECT_EQ(error_of(small_map(), grid({"0.55", "0.49"})),
            "0.49 V is below the lowest measured voltage, 0.5 V");
  EXPECT_EQ(error_of(small_map(), grid({"0.5"})),
            "cells fail first at 1 of the voltages; a mean and a spread need two or more");
  const SparseFaultMap silent({{1, 8, 1}, "V", {}, "test"},
                              {{{0, 0, 0}, volts("0.6"), FaultKind::kFlip}});
  EXPECT_EQ(error_of(silent, {}),
            "the map does not say lowest_measured, so nothing tells at which voltages its other "
            "cells work; give the measured voltages");
}

// The integral over the bitline's term done naively: midpoints, products of probabilities.
double direct_likelihood(const FitData& data, const VminParameters& parameters) {
  const auto below = [](double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); };
  double sum = 0;
  for (const BitlineGroup& group : data.groups) {
    double integral = 0;
    for (double b = -8; b < 8; b += 1e-3) {
      const double mean = parameters.mu + parameters.sigma_bitline * (b + 5e-4);
      double product = std::exp(-(b + 5e-4) * (b + 5e-4) / 2) / std::sqrt(2 * std::numbers::pi);
      double fails_above = 0;
      for (std::size_t j = 0; j <= data.voltages.size(); ++j) {
        const double fails = j == data.voltages.size()
                                 ? 1
                                 : below((mean - data.voltages[j].value()) / parameters.sigma_cell);
        product *= std::pow(fails - fails_above, group.cells[j]);
        fails_above = fails;
      }
      integral += product * 1e-3;
    }
    sum += static_cast<double>(group.bitlines) * std::log(integral);
  }
  return sum;
}

TEST(VminFit, LikelihoodIsTheIntegralOverTheBitlinesTerm) {
  const FitData data = fit_data(small_map(), kSmallLayout, grid({"0.5", "0.6", "0.55"}));
  for (const VminParameters& parameters :
       {VminParameters{0.45, 0.03, 0.02}, {0.5, 0.1, 0.02}, {0.4, 0.01, 0.1}}) {
    const double expected = direct_likelihood(data, parameters);
    EXPECT_NEAR(log_likelihood(data, parameters), expected, 1e-6 * std::abs(expected));
  }
  // Without a term of the bitline the cells are independent: the limit of a small one.
  EXPECT_NEAR(log_likelihood(data, {0.45, 0, 0.04}), log_likelihood(data, {0.45, 1e-7, 0.04}),
              1e-6);
}

TEST(VminFit, ParabolasAreMaximizedAndMeasured) {
  // -(x - A)^T H (x - A) / 2 with H = [[4, 1], [1, 2]]: variances are the diagonal of its inverse.
  const auto objective = [](const Eigen::VectorXd& x) {
    const double a = x[0] - 3, b = x[1] + 200;
    return -(4 * a * a + 2 * a * b + 2 * b * b) / 2;
  };
  const Eigen::VectorXd best = maximize(objective, Eigen::Vector2d(0, 0), Eigen::Vector2d(0.1, 10));
  EXPECT_NEAR(best[0], 3, 1e-3);
  EXPECT_NEAR(best[1], -200, 1e-3);
  const auto errors = standard_errors(objective, best, 0.1);
  ASSERT_TRUE(errors.has_value());
  EXPECT_NEAR((*errors)[0], std::sqrt(2.0 / 7), 1e-4);
  EXPECT_NEAR((*errors)[1], std::sqrt(4.0 / 7), 1e-4);
  const auto saddle = [](const Eigen::VectorXd& x) { return x[0] * x[0] - x[1] * x[1]; };
  EXPECT_FALSE(standard_errors(saddle, Eigen::Vector2d(0, 0), 0.1).has_value());
}

SparseFaultMap generated(const VminTerms& terms, std::uint64_t chip) {
  constexpr SramGeometry kGeometry{4, 256, 64};
  VoltageProfileData data;
  data.name = "test";
  data.source = "test";
  data.error_free_voltage = data.reference_voltage = volts("1");
  data.rows = {{volts("0.4"), 0.5, {}, {}}, {volts("0.9"), 0.1, {}, {}}};
  const VminFaultMap map("test", kGeometry, std::make_shared<const VoltageProfile>(data), terms, {},
                         chip_seed(11, chip));
  return {{kGeometry, "V", volts("0.4"), "test"}, map.faults()};
}

constexpr int kChips = 8;

// Squares of (estimate - truth) / standard error: 1 on average. Their mean over chips stays below
// 4 but for once in a billion (chi-square of 8 degrees of freedom).
void expect_recovered(double truth, const std::vector<std::pair<double, double>>& found) {
  double squares = 0;
  for (const auto& [estimate, error] : found) {
    EXPECT_GT(error, 0);
    squares += (estimate - truth) * (estimate - truth) / (error * error);
  }
  EXPECT_LT(squares, 4.0 * static_cast<double>(found.size()) * 1.5) << truth;
  EXPECT_GT(squares, 0.1 * static_cast<double>(found.size())) << truth;
}

TEST(VminFit, KnownParametersOfBitlinesAreRecoveredWithinTheirErrors) {
  const VminTerms terms{.mu = 0.3,
                        .sigma_bitline = 0.04,
                        .sigma_cell = 0.05,
                        .bitlines = {.cells = 64, .interleave = 2}};
  std::vector<std::pair<double, double>> mu, sigma_bitline, sigma_cell;
  for (std::uint64_t chip = 0; chip < kChips; ++chip) {
    const FitData data =
        fit_data(generated(terms, chip), terms.bitlines, grid({"0.4", "0.42", "0.44", "0.48"}));
    const VminFit fit = fit_bitline_vmin(data);
    const auto error = [&](std::size_t i) { return fit.standard_error[i].value(); };
    mu.emplace_back(fit.estimate.mu, error(0));
    sigma_bitline.emplace_back(fit.estimate.sigma_bitline, error(1));
    sigma_cell.emplace_back(fit.estimate.sigma_cell, error(2));
    EXPECT_LT(fit.aic(), fit_gaussian_vmin(data).aic() - 100);
  }
  expect_recovered(terms.mu, mu);
  expect_recovered(terms.sigma_bitline, sigma_bitline);
  expect_recovered(terms.sigma_cell, sigma_cell);
}

// To first order in sigma_row, so within 5 % of it.
TEST(RowFit, ATermOfTheRowIsTakenOutOfTheCells) {
  for (const double sigma_row : {0.0, 0.012}) {
    const VminTerms terms{.mu = 0.3,
                          .sigma_bitline = 0.04,
                          .sigma_row = sigma_row,
                          .sigma_cell = 0.05,
                          .bitlines = {.cells = 64, .interleave = 2}};
    for (std::uint64_t chip = 0; chip < kChips; ++chip) {
      const SparseFaultMap map = generated(terms, chip);
      const FitData data = fit_data(map, terms.bitlines, grid({"0.4", "0.42", "0.44", "0.48"}));
      const VminFit bare = fit_bitline_vmin(data), fit = with_row_term(map, data, bare);
      EXPECT_EQ(fit.row_error.has_value(), sigma_row != 0);
      EXPECT_NEAR(std::hypot(fit.estimate.sigma_cell, fit.estimate.sigma_row),
                  bare.estimate.sigma_cell, 1e-12);
      EXPECT_NEAR(fit.estimate.sigma_row, sigma_row,
                  4 * fit.row_error.value_or(0) + 0.05 * sigma_row);
      EXPECT_LT(fit.row_error.value_or(0), 0.002);
    }
  }
}

TEST(VminFit, IndependentCellsHaveNoTermOfTheBitline) {
  const VminTerms terms{.mu = 0.3, .sigma_cell = 0.06};
  std::vector<std::pair<double, double>> mu, sigma;
  int preferred = 0;
  for (std::uint64_t chip = 0; chip < kChips; ++chip) {
    const FitData data = fit_data(generated(terms, chip), {}, grid({"0.4", "0.42", "0.45", "0.5"}));
    const VminFit gaussian = fit_gaussian_vmin(data), bitline = fit_bitline_vmin(data);
    mu.emplace_back(gaussian.estimate.mu, gaussian.standard_error[0].value());
    sigma.emplace_back(gaussian.estimate.sigma_cell, gaussian.standard_error[2].value());
    // Against 0.06 of the cell.
    EXPECT_LT(bitline.estimate.sigma_bitline, 0.006);
    EXPECT_GE(bitline.log_likelihood, gaussian.log_likelihood);
    preferred += gaussian.aic() < bitline.aic();
  }
  expect_recovered(terms.mu, mu);
  expect_recovered(terms.sigma_cell, sigma);
  EXPECT_GE(preferred, kChips - 2);  // AIC takes the needless parameter once in 12 chips
}

}  // namespace
}  // namespace brownout::memory

// Maximum likelihood of the parameters of gaussian_vmin and bitline_vmin, given a measured map. Not
// the generators themselves: nothing here decides a fault, so libm and Eigen are welcome.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "memory/fit/fit_data.hpp"

namespace brownout::memory {

/// Vmin of a cell: normal with mean mu, sigma_bitline from bitline to bitline, sigma_cell from cell
/// to cell and sigma_row from row to row; in the map's unit.
struct VminParameters {
  double mu = 0, sigma_bitline = 0, sigma_cell = 0;
  double sigma_row = 0;  ///< of row_fit.hpp; the likelihood has it in sigma_cell
};

/// ln of the probability of the data. Cells of a bitline share B ~ N(0, sigma_bitline); given B
/// they are independent, and a cell fails at V with probability cdf((mu + B - V) / sigma_cell). A
/// cell's Vmin is known only as an interval: from its highest failing voltage to the next measured
/// one above it, or open at either end. The integral over B is the trapezoidal rule with steps no
/// wider than the narrowest posterior of B, which for such an integrand converges exponentially.
double log_likelihood(const FitData& data, const VminParameters& parameters);

struct VminFit {
  std::string generator;  ///< gaussian_vmin (sigma_bitline 0) or bitline_vmin
  VminParameters estimate;
  /// Standard errors of mu, sigma_bitline, sigma_cell, from the curvature of the likelihood; none
  /// for a sigma_bitline that the model does not have or that is 0.
  std::array<std::optional<double>, 3> standard_error;
  std::optional<double> row_error;  ///< of a sigma_row that is not 0
  double log_likelihood = 0;
  int parameters = 0;

  /// Akaike's information criterion: the lower, the better.
  double aic() const { return 2 * parameters - 2 * log_likelihood; }
};

/// Both throw InputError where the data tell no spread (FitData::require_spread).
VminFit fit_gaussian_vmin(const FitData& data);
VminFit fit_bitline_vmin(const FitData& data);

}  // namespace brownout::memory

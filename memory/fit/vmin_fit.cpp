#include "memory/fit/vmin_fit.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "memory/fit/maximize.hpp"
#include "memory/numbers/normal_distribution.hpp"

namespace brownout::memory {
namespace {

double below(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

// ln of the probability that a standard normal number lies between, without cancellation in either
// tail. The floor keeps an impossible interval a number.
double log_between(double low, double high) {
  const double p = low > 0 ? below(-low) - below(-high) : below(high) - below(low);
  return std::log(std::max(p, std::numeric_limits<double>::min()));
}

// Element j: ln of the probability that a cell of this mean and sigma falls into interval j.
Eigen::RowVectorXd log_intervals(const std::vector<Voltage>& voltages, double mean, double sigma) {
  Eigen::RowVectorXd result(static_cast<Eigen::Index>(voltages.size() + 1));
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double next_above = -kInfinity;  // (mean - V) / sigma of the next higher voltage
  for (std::size_t j = 0; j < voltages.size(); ++j) {
    const double x = (mean - voltages[j].value()) / sigma;
    result[static_cast<Eigen::Index>(j)] = log_between(next_above, x);
    next_above = x;
  }
  result[static_cast<Eigen::Index>(voltages.size())] = log_between(next_above, kInfinity);
  return result;
}

template <typename Counts>
Eigen::VectorXd as_vector(const Counts& counts) {
  Eigen::VectorXd result(static_cast<Eigen::Index>(counts.size()));
  std::transform(counts.begin(), counts.end(), result.begin(),
                 [](auto count) { return static_cast<double>(count); });
  return result;
}

double log_likelihood_of_cells(const FitData& data, const VminParameters& parameters) {
  return log_intervals(data.voltages, parameters.mu, parameters.sigma_cell)
      .dot(as_vector(data.cells));
}

// The posterior of B / sigma_bitline given a bitline is never narrower than this: a cell tells at
// most 1 / sigma_cell^2 about its mean.
double narrowest_posterior(const FitData& data, const VminParameters& parameters) {
  const double ratio = parameters.sigma_bitline / parameters.sigma_cell;
  return 1 / std::sqrt(1 + data.longest_bitline * ratio * ratio);
}

// A line through the normal quantiles of the error rates: a start that is close.
VminParameters start(const FitData& data) {
  double total = 0;
  for (const std::uint64_t count : data.cells) total += static_cast<double>(count);
  double n = 0, sum_v = 0, sum_q = 0, sum_vv = 0, sum_vq = 0, failing = 0;
  for (std::size_t j = 0; j < data.voltages.size(); ++j) {
    failing += static_cast<double>(data.cells[j]);
    if (data.cells[j] == 0 || failing == total) continue;
    const double v = data.voltages[j].value();
    const double q = reproducible_inverse_normal(failing / total);
    n += 1, sum_v += v, sum_q += q, sum_vv += v * v, sum_vq += v * q;
  }
  const double spread = sum_vv - sum_v * sum_v / n;
  const double slope = spread > 0 ? (sum_vq - sum_v * sum_q / n) / spread : 0;
  const double span = data.voltages.front().value() - data.voltages.back().value();
  const double sigma = slope < 0 ? -1 / slope : span;
  return {(sum_v + sigma * sum_q) / std::max(n, 1.0), 0, sigma};
}

// Searched where every number is allowed: the likelihood of -sigma_bitline is that of
// sigma_bitline.
VminParameters parameters_at(const Eigen::VectorXd& x) {
  return {x[0], x.size() == 3 ? std::abs(x[2]) : 0, std::exp(x[1])};
}

// The estimate's own coordinates, for standard errors: mu, sigma_cell and, with three,
// sigma_bitline.
VminParameters parameters_of(const Eigen::VectorXd& x) {
  return {x[0], x.size() == 3 ? x[2] : 0, x[1]};
}

void add_standard_errors(const FitData& data, bool with_bitline, VminFit& fit) {
  Eigen::VectorXd at(with_bitline ? 3 : 2);
  at[0] = fit.estimate.mu;
  at[1] = fit.estimate.sigma_cell;
  if (with_bitline) at[2] = fit.estimate.sigma_bitline;
  const auto errors = standard_errors(
      [&](const Eigen::VectorXd& x) { return log_likelihood(data, parameters_of(x)); }, at,
      fit.estimate.sigma_cell * 1e-2);
  if (!errors) return;
  fit.standard_error[0] = (*errors)[0];
  fit.standard_error[2] = (*errors)[1];
  if (with_bitline) fit.standard_error[1] = (*errors)[2];
}

}  // namespace

double log_likelihood(const FitData& data, const VminParameters& parameters) {
  if (parameters.sigma_bitline == 0) return log_likelihood_of_cells(data, parameters);
  constexpr double kReach = 9;  // standard deviations; 1e-19 lies beyond
  const double step = std::min(0.2, narrowest_posterior(data, parameters));
  const auto nodes = static_cast<Eigen::Index>(2 * std::ceil(kReach / step) + 1);
  Eigen::VectorXd log_weights(nodes);
  Eigen::MatrixXd logs(nodes, static_cast<Eigen::Index>(data.voltages.size() + 1));
  for (Eigen::Index i = 0; i < nodes; ++i) {
    const double b = step * static_cast<double>(i - nodes / 2);
    log_weights[i] = std::log(step / std::sqrt(2 * std::numbers::pi)) - b * b / 2;
    logs.row(i) = log_intervals(data.voltages, parameters.mu + parameters.sigma_bitline * b,
                                parameters.sigma_cell);
  }
  double sum = 0;
  for (const BitlineGroup& group : data.groups) {
    const Eigen::ArrayXd terms = (logs * as_vector(group.cells) + log_weights).array();
    const double greatest = terms.maxCoeff();
    sum +=
        static_cast<double>(group.bitlines) * (greatest + std::log((terms - greatest).exp().sum()));
  }
  return sum;
}

VminFit fit_gaussian_vmin(const FitData& data) {
  data.require_spread();
  const VminParameters first = start(data);
  const auto objective = [&](const Eigen::VectorXd& x) {
    return log_likelihood(data, parameters_at(x));
  };
  const Eigen::VectorXd best =
      maximize(objective, Eigen::Vector2d(first.mu, std::log(first.sigma_cell)),
               Eigen::Vector2d(0.1 * first.sigma_cell, 0.1));
  VminFit fit;
  fit.generator = "gaussian_vmin";
  fit.estimate = parameters_at(best);
  fit.log_likelihood = objective(best);
  fit.parameters = 2;
  add_standard_errors(data, false, fit);
  return fit;
}

VminFit fit_bitline_vmin(const FitData& data) {
  const VminParameters first = fit_gaussian_vmin(data).estimate;
  const auto objective = [&](const Eigen::VectorXd& x) {
    return log_likelihood(data, parameters_at(x));
  };
  const double half = first.sigma_cell / std::numbers::sqrt2;  // of the variance
  Eigen::VectorXd best =
      maximize(objective, Eigen::Vector3d(first.mu, std::log(half), half),
               Eigen::Vector3d(0.1 * first.sigma_cell, 0.1, 0.1 * first.sigma_cell));
  VminFit fit;
  fit.generator = "bitline_vmin";
  fit.parameters = 3;
  fit.estimate = parameters_at(best);
  fit.log_likelihood = objective(best);
  // No better than none at all: it is 0, at the end of its range, where it has no standard error.
  const double without = log_likelihood(data, first);
  const bool with_bitline = fit.log_likelihood > without + 1e-3;
  if (!with_bitline) {
    fit.estimate = first;
    fit.log_likelihood = without;
  }
  add_standard_errors(data, with_bitline, fit);
  return fit;
}

}  // namespace brownout::memory

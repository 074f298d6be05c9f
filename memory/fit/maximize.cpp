#include "memory/fit/maximize.hpp"

#include <Eigen/Cholesky>
#include <nlopt.hpp>
#include <vector>

namespace brownout::memory {
namespace {

/// As NLopt calls it; a simplex asks for no gradient.
double value_at(const std::vector<double>& at, std::vector<double>& /*gradient*/, void* objective) {
  return (*static_cast<const Objective*>(objective))(
      Eigen::Map<const Eigen::VectorXd>(at.data(), static_cast<Eigen::Index>(at.size())));
}

std::vector<double> climb(Objective objective, const std::vector<double>& start,
                          const Eigen::VectorXd& scale) {
  constexpr int kMostCalls = 10'000;
  constexpr double kClose = 1e-7;  // of the objective: far below what a likelihood can tell apart
  nlopt::opt search(nlopt::LN_NELDERMEAD, static_cast<unsigned>(start.size()));
  search.set_max_objective(value_at, &objective);
  search.set_initial_step(std::vector<double>(scale.begin(), scale.end()));
  search.set_ftol_abs(kClose);
  search.set_maxeval(kMostCalls);
  return search.optimize(start);
}

Eigen::MatrixXd second_derivatives(const Objective& objective, const Eigen::VectorXd& at,
                                   const Eigen::VectorXd& steps) {
  const Eigen::Index n = at.size();
  const auto value = [&](Eigen::Index i, double along_i, Eigen::Index j, double along_j) {
    Eigen::VectorXd x = at;
    x[i] += along_i * steps[i];
    x[j] += along_j * steps[j];
    return objective(x);
  };
  const double centre = objective(at);
  Eigen::MatrixXd result(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    result(i, i) = (value(i, 1, i, 0) - 2 * centre + value(i, -1, i, 0)) / (steps[i] * steps[i]);
    for (Eigen::Index j = 0; j < i; ++j) {
      result(i, j) = result(j, i) =
          (value(i, 1, j, 1) - value(i, 1, j, -1) - value(i, -1, j, 1) + value(i, -1, j, -1)) /
          (4 * steps[i] * steps[j]);
    }
  }
  return result;
}

}  // namespace

Eigen::VectorXd maximize(const Objective& objective, const Eigen::VectorXd& start,
                         const Eigen::VectorXd& scale) {
  const std::vector<double> found =
      climb(objective, climb(objective, {start.begin(), start.end()}, scale), scale / 4);
  return Eigen::Map<const Eigen::VectorXd>(found.data(), start.size());
}

std::optional<Eigen::VectorXd> standard_errors(const Objective& objective,
                                               const Eigen::VectorXd& at, double step) {
  constexpr int kRounds = 3;
  Eigen::VectorXd steps = Eigen::VectorXd::Constant(at.size(), step);
  Eigen::VectorXd errors;
  for (int round = 0; round < kRounds; ++round) {
    const Eigen::LLT<Eigen::MatrixXd> curvature(-second_derivatives(objective, at, steps));
    if (curvature.info() != Eigen::Success) return {};
    errors =
        curvature.solve(Eigen::MatrixXd::Identity(at.size(), at.size())).diagonal().cwiseSqrt();
    steps = errors / 10;
  }
  return errors;
}

}  // namespace brownout::memory

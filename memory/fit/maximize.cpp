#include "memory/fit/maximize.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <vector>

namespace brownout::memory {
namespace {

struct Corner {
  Eigen::VectorXd at;
  double value = 0;
};

bool is_better(const Corner& a, const Corner& b) { return a.value > b.value; }

Eigen::VectorXd climb(const Objective& objective, const Eigen::VectorXd& start,
                      const Eigen::VectorXd& scale) {
  constexpr int kMostSteps = 2000;
  constexpr double kClose = 1e-7;  // of the objective: far below what a likelihood can tell apart
  const auto corner = [&](const Eigen::VectorXd& at) { return Corner{at, objective(at)}; };
  std::vector<Corner> simplex{corner(start)};
  for (Eigen::Index i = 0; i < start.size(); ++i) {
    Eigen::VectorXd at = start;
    at[i] += scale[i];
    simplex.push_back(corner(at));
  }
  for (int step = 0; step < kMostSteps; ++step) {
    std::sort(simplex.begin(), simplex.end(), is_better);
    Corner& worst = simplex.back();
    if (simplex.front().value - worst.value < kClose) break;
    Eigen::VectorXd centre = Eigen::VectorXd::Zero(start.size());
    for (std::size_t i = 0; i + 1 < simplex.size(); ++i) centre += simplex[i].at;
    centre /= static_cast<double>(start.size());
    const auto beyond = [&](double factor) {
      return corner(centre + factor * (centre - worst.at));
    };
    const Corner reflected = beyond(1);
    if (is_better(reflected, simplex.front())) {
      const Corner expanded = beyond(2);
      worst = is_better(expanded, reflected) ? expanded : reflected;
    } else if (is_better(reflected, simplex[simplex.size() - 2])) {
      worst = reflected;
    } else {
      const bool outside = is_better(reflected, worst);
      const Corner contracted = beyond(outside ? 0.5 : -0.5);
      if (is_better(contracted, outside ? reflected : worst)) {
        worst = contracted;
      } else {
        for (std::size_t i = 1; i < simplex.size(); ++i) {
          simplex[i] = corner((simplex[i].at + simplex.front().at) / 2);
        }
      }
    }
  }
  return std::max_element(simplex.begin(), simplex.end(),
                          [](const Corner& a, const Corner& b) { return is_better(b, a); })
      ->at;
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
  return climb(objective, climb(objective, start, scale), scale / 4);
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

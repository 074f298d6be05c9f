// The maximum of a smooth function of a few numbers, and how sharp it is.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <optional>

namespace brownout::memory {

using Objective = std::function<double(const Eigen::VectorXd&)>;

/// By NLopt's simplex of Nelder and Mead, which draws nothing: started with the corners
/// start + scale[i] along axis i and once more around what it found.
Eigen::VectorXd maximize(const Objective& objective, const Eigen::VectorXd& start,
                         const Eigen::VectorXd& scale);

/// Standard errors of the numbers at the maximum `at` of a log-likelihood: roots of the diagonal of
/// the inverse of minus its matrix of second derivatives, by central differences with steps of a
/// tenth of the standard errors (found in rounds, from `step` on). Nothing where it is no maximum.
std::optional<Eigen::VectorXd> standard_errors(const Objective& objective,
                                               const Eigen::VectorXd& at, double step);

}  // namespace brownout::memory

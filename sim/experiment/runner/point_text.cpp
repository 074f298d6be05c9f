#include "sim/experiment/runner/point_text.hpp"

#include "sim/experiment/results/layer_columns.hpp"
#include "sim/experiment/results/point_columns.hpp"

namespace brownout::experiment {
namespace {

constexpr char kRowEnd = '\n';  // between the point's row and its layers'

}  // namespace

std::string run_to_text(Session& session, const Point& point) {
  const PointResult result = session.run(point);
  return point_row(result) + kRowEnd + layer_rows(result);
}

PointRows rows_of(const std::string& text) {
  const std::size_t end = text.find(kRowEnd);
  return {text.substr(0, end), text.substr(end + 1)};
}

std::string describe(const Plan& plan, const Point& point) {
  return point.voltage.text() + " " + plan.unit(plan.supply(point.supply).memories.front()) +
         ", chip " + std::to_string(point.chip) +
         (point.part.empty() ? "" : ", faults of " + point.part);
}

}  // namespace brownout::experiment

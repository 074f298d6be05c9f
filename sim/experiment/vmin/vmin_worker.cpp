#include "sim/experiment/vmin/vmin_worker.hpp"

#include <stdexcept>

#include "memory/base/text_number.hpp"
#include "sim/experiment/runner/point_text.hpp"

namespace brownout::experiment {
namespace {

/// Images on which the layers of a failing chip are compared.
constexpr std::int64_t kLayerImages = 1000;

double error_of_verdict(const VminTasks& tasks) {
  return kSearchError / static_cast<double>(kVerdictsOfChip * tasks.chips());
}

}  // namespace

VminWorker::VminWorker(const Session& session, const VminTasks& tasks, const VminOptions& options)
    : session_(session.another()),
      judge_(session_, options.target),
      tasks_(tasks),
      options_(options) {}

std::string VminWorker::run(std::size_t number) {
  const VminTask task = tasks_.task(number);
  Point point{.voltage = tasks_.voltages()[task.at.voltage],
              .chip = task.at.chip,
              .supply = session_.plan().config.sweep.supply.name};
  switch (task.work) {
    case VminWork::kJudge:
      return search_row(judge_.judge(point, error_of_verdict(tasks_)));
    case VminWork::kJudgeExactly:
      return search_row(judge_.judge(point, 0));
    case VminWork::kPoint:
      point.cosim_images = options_.cosimulate ? 1 : 0;
      return run_to_text(session_, point);
    case VminWork::kLayer:
      point.faults = tasks_.layers()[task.layer].filter;
      return format_double(judge_.drop_on(point, kLayerImages));
  }
  throw std::logic_error("unknown VminWork");
}

}  // namespace brownout::experiment

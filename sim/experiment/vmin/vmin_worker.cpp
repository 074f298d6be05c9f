#include "sim/experiment/vmin/vmin_worker.hpp"

#include <stdexcept>

#include "memory/base/text_number.hpp"
#include "sim/experiment/runner/point_text.hpp"
#include "sim/experiment/worst_lines.hpp"

namespace brownout::experiment {
namespace {

/// Images on which the parts of a failing chip's faults are compared.
constexpr std::int64_t kPartImages = 1000;

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
    case VminWork::kPart:
      point.faults = tasks_.parts()[task.which].filter;
      return format_double(judge_.drop_on(point, kPartImages));
    case VminWork::kBitline:
      return repaired_text(repaired(point, task.which));
  }
  throw std::logic_error("unknown VminWork");
}

std::optional<RepairedBitline> VminWorker::repaired(Point point, std::size_t which) {
  const Plan& plan = session_.plan();
  const std::vector<DamagedLine> lines =
      damaged_lines(plan, Chip(plan, point.chip), point, memory::LineKind::kBitline);
  if (which >= lines.size()) return {};
  point.line = memory::LineFaults{lines[which].line, memory::LineFaults::Which::kRepaired};
  return RepairedBitline{memory::to_string(lines[which].line), judge_.drop_on(point, kPartImages)};
}

}  // namespace brownout::experiment

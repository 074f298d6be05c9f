#include "sim/experiment/vmin/vmin_tasks.hpp"

#include <utility>

namespace brownout::experiment {
namespace {

// One kind of work after another; of each, voltage by voltage, all chips.
std::size_t kind_of(const VminTask& task) {
  return static_cast<std::size_t>(task.work) +
         (task.work == VminWork::kLayer ? task.layer : std::size_t{0});
}

}  // namespace

VminTasks::VminTasks(std::vector<memory::Voltage> voltages, std::uint64_t chips,
                     std::vector<FaultPart> layers)
    : voltages_(std::move(voltages)), chips_(chips), layers_(std::move(layers)) {}

std::size_t VminTasks::number_of(const VminTask& task) const {
  return (kind_of(task) * voltages_.size() + task.at.voltage) * chips_ + task.at.chip;
}

VminTask VminTasks::task(std::size_t number) const {
  VminTask task{.at = {.voltage = number / chips_ % voltages_.size(), .chip = number % chips_}};
  const std::size_t kind = number / chips_ / voltages_.size();
  constexpr auto kFirstLayer = static_cast<std::size_t>(VminWork::kLayer);
  if (kind < kFirstLayer) {
    task.work = static_cast<VminWork>(kind);
  } else {
    task.work = VminWork::kLayer;
    task.layer = kind - kFirstLayer;
  }
  return task;
}

Journal::Key VminTasks::key_of(const VminTask& task) const {
  std::string part;  // none of a whole point, as in a sweep
  if (task.work == VminWork::kJudge || task.work == VminWork::kJudgeExactly) part = "judged";
  if (task.work == VminWork::kLayer) part = "faults of " + layers_[task.layer].name();
  return {voltages_[task.at.voltage], task.at.chip, part};
}

}  // namespace brownout::experiment

#include "sim/experiment/vmin/vmin_tasks.hpp"

#include <utility>

namespace brownout::experiment {
VminTasks::VminTasks(std::vector<memory::Voltage> voltages, std::uint64_t chips,
                     std::vector<FaultPart> parts)
    : voltages_(std::move(voltages)), chips_(chips), parts_(std::move(parts)) {}

// One kind of work after another, part by part, bitline by bitline; of each, voltage by voltage,
// all chips.
std::size_t VminTasks::kind_of(const VminTask& task) const {
  constexpr auto kFirstPart = static_cast<std::size_t>(VminWork::kPart);
  if (task.work == VminWork::kBitline) return kFirstPart + parts_.size() + task.which;
  return static_cast<std::size_t>(task.work) + (task.work == VminWork::kPart ? task.which : 0);
}

std::size_t VminTasks::number_of(const VminTask& task) const {
  return (kind_of(task) * voltages_.size() + task.at.voltage) * chips_ + task.at.chip;
}

VminTask VminTasks::task(std::size_t number) const {
  VminTask task{.at = {.voltage = number / chips_ % voltages_.size(), .chip = number % chips_}};
  const std::size_t kind = number / chips_ / voltages_.size();
  constexpr auto kFirstPart = static_cast<std::size_t>(VminWork::kPart);
  if (kind < kFirstPart) {
    task.work = static_cast<VminWork>(kind);
  } else if (kind < kFirstPart + parts_.size()) {
    task.work = VminWork::kPart;
    task.which = kind - kFirstPart;
  } else {
    task.work = VminWork::kBitline;
    task.which = kind - kFirstPart - parts_.size();
  }
  return task;
}

Journal::Key VminTasks::key_of(const VminTask& task) const {
  std::string part;  // none of a whole point, as in a sweep
  if (task.work == VminWork::kJudge || task.work == VminWork::kJudgeExactly) part = "judged";
  if (task.work == VminWork::kPart) part = "faults of " + parts_[task.which].name();
  if (task.work == VminWork::kBitline) {
    part = "without those of bitline #" + std::to_string(task.which);
  }
  return {voltages_[task.at.voltage], task.at.chip, part};
}

}  // namespace brownout::experiment

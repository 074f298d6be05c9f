#include "sim/experiment/vmin/voltage_search.hpp"

#include <algorithm>
#include <stdexcept>

namespace brownout::experiment {
namespace {

/// Chips of the first round at a voltage. Constant, so that what is judged does not depend on the
/// number of workers.
constexpr std::size_t kFirstRound = 8;

}  // namespace

VoltageSearch::VoltageSearch(std::size_t voltages, std::uint64_t chips,
                             std::uint64_t allowed_failures)
    : chips_(chips), allowed_(allowed_failures), passes_(voltages) {
  if (voltages == 0 || chips <= allowed_failures) {
    throw std::logic_error("VoltageSearch: nothing to search");
  }
}

VoltageSearch::Tally VoltageSearch::at(std::size_t voltage) const {
  Tally tally{.judged = passes_[voltage].size()};
  for (const auto& [chip, pass] : passes_[voltage]) tally.failed += pass ? 0 : 1;
  return tally;
}

std::uint64_t VoltageSearch::judged() const {
  std::uint64_t sum = 0;
  for (const auto& chips : passes_) sum += chips.size();
  return sum;
}

std::size_t VoltageSearch::first_refused() const {
  std::size_t voltage = 0;
  while (voltage < passes_.size() && !refused(voltage)) ++voltage;
  return voltage;
}

/// First down, by halves, with a round of chips for each voltage: a voltage costs all chips to
/// accept, a few to refuse. Then the lowest that a round did not refuse, until it is accepted or
/// refused, too.
std::vector<VoltageSearch::Task> VoltageSearch::next_round() const {
  const std::size_t end = first_refused();
  std::size_t begin = end;  // of those that nobody looked at
  while (begin > 0 && passes_[begin - 1].empty()) --begin;
  if (begin < end) return round_at(begin + (end - begin) / 2);
  return end == 0 ? std::vector<Task>() : round_at(end - 1);
}

/// Chips that failed at the highest voltages come first: they refuse soonest. As many as were
/// judged there before, so that few rounds wait for their last chip.
std::vector<VoltageSearch::Task> VoltageSearch::round_at(std::size_t voltage) const {
  const std::map<std::uint64_t, bool>& known = passes_[voltage];
  std::vector<std::size_t> weakness(chips_, passes_.size());  // voltage of the first failure
  for (std::size_t v = passes_.size(); v-- > 0;) {
    for (const auto& [chip, pass] : passes_[v]) {
      if (!pass) weakness[chip] = v;
    }
  }
  std::vector<Task> round;
  for (std::uint64_t chip = 0; chip < chips_; ++chip) {
    if (!known.contains(chip)) round.push_back({voltage, chip});
  }
  std::stable_sort(round.begin(), round.end(), [&](const Task& left, const Task& right) {
    return weakness[left.chip] < weakness[right.chip];
  });
  round.resize(std::min(round.size(), std::max(kFirstRound, known.size())));
  return round;
}

void VoltageSearch::add(const Task& task, bool pass) {
  if (!passes_.at(task.voltage).emplace(task.chip, pass).second) {
    throw std::logic_error("VoltageSearch: a chip was judged twice");
  }
}

std::optional<std::size_t> VoltageSearch::lowest_accepted() const {
  const std::size_t end = first_refused();
  if (end == 0) return {};
  if (at(end - 1).judged != chips_) throw std::logic_error("VoltageSearch: not over yet");
  return end - 1;
}

}  // namespace brownout::experiment

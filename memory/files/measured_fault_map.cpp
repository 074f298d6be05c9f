// Failing reads, sorted by cell and falling voltage, folded into one fault a cell.
#include "memory/files/measured_fault_map.hpp"

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace brownout::memory {
namespace {

// Adds the steps of one cell to the counts, each once; whether the cell passed below one of them.
bool count_steps(std::vector<FailingRead>::const_iterator first,
                 std::vector<FailingRead>::const_iterator last,
                 std::vector<std::uint64_t>& failing) {
  std::size_t steps = 0;
  const std::size_t highest = first->step;
  for (auto read = first; read != last; ++read) {
    if (read != first && read->step == std::prev(read)->step) continue;
    ++failing[read->step];
    ++steps;
  }
  return steps != failing.size() - highest;
}

FaultKind kind_of(std::vector<FailingRead>::const_iterator first,
                  std::vector<FailingRead>::const_iterator last) {
  const bool same =
      std::all_of(first, last, [&](const FailingRead& read) { return read.kind == first->kind; });
  return same ? first->kind : FaultKind::kFlip;
}

}  // namespace

MeasuredFaultMap summarise(FaultMapHeader header, std::vector<Voltage> voltages,
                           std::vector<FailingRead> reads) {
  if (voltages.empty() || !std::is_sorted(voltages.rbegin(), voltages.rend())) {
    throw std::logic_error("the voltages of a test must fall");
  }
  header.lowest_measured = voltages.back();
  const auto key = [](const FailingRead& read) { return std::pair(read.cell, read.step); };
  const auto before = [&](const FailingRead& a, const FailingRead& b) { return key(a) < key(b); };
  std::sort(reads.begin(), reads.end(), before);
  std::vector<std::uint64_t> failing(voltages.size());
  std::vector<Fault> faults;
  std::uint64_t violations = 0;
  for (auto first = reads.cbegin(); first != reads.cend();) {
    const auto last = std::find_if(
        first, reads.cend(), [&](const FailingRead& read) { return read.cell != first->cell; });
    violations += count_steps(first, last, failing);
    faults.push_back({first->cell, voltages[first->step], kind_of(first, last)});
    first = last;
  }
  return {SparseFaultMap(std::move(header), std::move(faults)), std::move(voltages),
          std::move(failing), violations};
}

}  // namespace brownout::memory

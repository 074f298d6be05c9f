#include "sim/experiment/worst_lines.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "sim/experiment/session/session.hpp"

namespace brownout::experiment {

std::vector<DamagedLine> damaged_lines(const Plan& plan, const Chip& chip, const Point& point,
                                       memory::LineKind kind) {
  std::map<memory::CellLine, DamagedLine> by_line;
  if (kind == memory::LineKind::kBank) {
    const std::uint32_t banks = chip.weight_sram().geometry().banks;
    for (std::uint32_t bank = 0; bank < banks; ++bank) by_line[{.kind = kind, .bank = bank}];
  }
  double sum = 0;
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  for (const storage::WeightFault& fault : worst_faults(plan, chip, point, kAll)) {
    DamagedLine& line = by_line[line_of(fault.cell, kind)];
    ++line.faults;
    line.error += fault.relative_error * fault.relative_error;
    sum += fault.relative_error * fault.relative_error;
  }
  std::vector<DamagedLine> lines;
  for (auto& [at, line] : by_line) {
    line.line = at;
    line.error_share = sum > 0 ? line.error / sum : 0;
    lines.push_back(line);
  }
  if (kind == memory::LineKind::kBank) return lines;
  std::stable_sort(
      lines.begin(), lines.end(),
      [](const DamagedLine& left, const DamagedLine& right) { return left.error > right.error; });
  return lines;
}

}  // namespace brownout::experiment

#include "memory/repair/spare_lines.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

namespace brownout::memory {
namespace {

std::string counted(std::uint32_t number, const std::string& what) {
  return std::to_string(number) + " spare " + what + (number == 1 ? "" : "s");
}

/// The rows of a bank, or its columns.
struct Lines {
  std::uint32_t seen = 0, spare = 0;
  std::vector<bool> used;             // the seen ones at first
  std::vector<std::uint32_t> faults;  // of each line, on lines of the other direction that are used
  std::vector<std::uint32_t> stands_for;  // by line that is seen
  std::uint32_t taken = 0;                // of the spares

  Lines(std::uint32_t all, std::uint32_t spares)
      : seen(all - spares), spare(spares), used(all, false), faults(all), stands_for(seen) {
    std::fill_n(used.begin(), seen, true);
    std::iota(stands_for.begin(), stands_for.end(), 0U);
  }

  std::uint32_t left() const { return spare - taken; }
  /// The free spare with the fewest failing cells.
  std::optional<std::uint32_t> best_spare() const {
    std::optional<std::uint32_t> best;
    for (std::uint32_t line = seen; line < used.size(); ++line) {
      if (!used[line] && (!best || faults[line] < faults[*best])) best = line;
    }
    return best;
  }
  void replace(std::uint32_t line, std::uint32_t by) {
    used[line] = false;
    used[by] = true;
    stands_for[line] = by;
    ++taken;
  }
};

class BankAllocation {
 public:
  BankAllocation(const SramGeometry& cells, const SpareLines& spares)
      : rows_(cells.rows, spares.rows), columns_(cells.columns, spares.columns) {}

  void add(const CellAddress& cell) { failing_.push_back(cell); }

  BankRepair run(RepairCounts& counts) {
    count();
    counts.cells_failing += failing();
    while (take_best(true) || take_best(false)) count();
    counts.cells_left += failing();
    counts.rows_used += rows_.taken;
    counts.columns_used += columns_.taken;
    return {rows_.stands_for, columns_.stands_for};
  }

 private:
  struct Step {
    Lines* lines = nullptr;
    std::uint32_t line = 0, spare = 0, mends = 0;
  };

  void count() {
    std::fill(rows_.faults.begin(), rows_.faults.end(), 0U);
    std::fill(columns_.faults.begin(), columns_.faults.end(), 0U);
    for (const CellAddress& cell : failing_) {
      if (columns_.used[cell.column]) ++rows_.faults[cell.row];
      if (rows_.used[cell.row]) ++columns_.faults[cell.column];
    }
  }

  std::uint64_t failing() const {
    std::uint64_t sum = 0;
    for (std::size_t row = 0; row < rows_.used.size(); ++row) {
      if (rows_.used[row]) sum += rows_.faults[row];
    }
    return sum;
  }

  /// Those with more than `crossing` failing cells.
  static void find_best(Lines& lines, std::uint32_t crossing, Step& best) {
    const std::optional<std::uint32_t> spare = lines.best_spare();
    if (!spare) return;
    for (std::uint32_t line = 0; line < lines.seen; ++line) {
      const std::uint32_t faults = lines.faults[line];
      if (!lines.used[line] || faults <= crossing || faults <= lines.faults[*spare]) continue;
      const std::uint32_t mends = faults - lines.faults[*spare];
      if (mends > best.mends) best = {&lines, line, *spare, mends};
    }
  }

  bool take_best(bool must) {
    Step best;
    find_best(rows_, must ? columns_.left() : 0, best);
    find_best(columns_, must ? rows_.left() : 0, best);
    if (best.lines == nullptr) return false;
    best.lines->replace(best.line, best.spare);
    return true;
  }

  Lines rows_, columns_;
  std::vector<CellAddress> failing_;
};

}  // namespace

std::string SpareLines::text() const {
  std::string text;
  if (rows != 0) text += counted(rows, "row");
  if (rows != 0 && columns != 0) text += " and ";
  if (columns != 0) text += counted(columns, "column");
  return text + " a bank";
}

Repair allocate(const SpareLines& spares, const CellMasks& failing) {
  const SramGeometry& cells = failing.geometry();
  std::vector<BankAllocation> banks(cells.banks, BankAllocation(cells, spares));
  failing.for_each(
      [&](const CellAddress& cell, FaultKind /*kind*/) { banks[cell.bank].add(cell); });
  Repair repair;
  for (BankAllocation& bank : banks) repair.banks.push_back(bank.run(repair.counts));
  return repair;
}

}  // namespace brownout::memory

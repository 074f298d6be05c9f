// Rows are copied whole; columns that were replaced then bit by bit.
#include "memory/repair/repaired_fault_map.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace brownout::memory {
namespace {

constexpr FaultKind kKinds[] = {FaultKind::kStuckAt0, FaultKind::kStuckAt1, FaultKind::kFlip};

SramGeometry seen_of(const SramGeometry& cells, const SpareLines& spares) {
  if (cells.rows <= spares.rows || cells.columns <= spares.columns) {
    throw std::logic_error("spare lines beyond " + to_string(cells));
  }
  return {cells.banks, cells.rows - spares.rows, cells.columns - spares.columns};
}

void copy_columns(std::span<const std::uint64_t> from, std::span<std::uint64_t> to,
                  const std::vector<std::uint32_t>& columns) {
  std::copy_n(from.begin(), to.size(), to.begin());
  const std::size_t last = columns.size() % 64;
  if (last != 0) to.back() &= (std::uint64_t{1} << last) - 1;
  for (std::uint32_t column = 0; column < columns.size(); ++column) {
    const std::uint32_t source = columns[column];
    if (source == column) continue;
    const std::uint64_t bit = from[source / 64] >> source % 64 & 1;
    std::uint64_t& word = to[column / 64];
    word = (word & ~(std::uint64_t{1} << column % 64)) | bit << column % 64;
  }
}

/// By line of cells: the line that is seen there.
std::vector<std::optional<std::uint32_t>> inverse(const std::vector<std::uint32_t>& stands_for,
                                                  std::uint32_t cells) {
  std::vector<std::optional<std::uint32_t>> seen(cells);
  for (std::uint32_t line = 0; line < stands_for.size(); ++line) seen[stands_for[line]] = line;
  return seen;
}

std::vector<IntermittentCell> seen_cells(const Repair& repair, const CellFaults& faults) {
  if (faults.intermittent.empty()) return {};
  const SramGeometry& cells = faults.certain.geometry();
  std::vector<std::vector<std::optional<std::uint32_t>>> rows, columns;
  for (const BankRepair& bank : repair.banks) {
    rows.push_back(inverse(bank.rows, cells.rows));
    columns.push_back(inverse(bank.columns, cells.columns));
  }
  std::vector<IntermittentCell> seen;
  for (IntermittentCell cell : faults.intermittent) {
    const auto row = rows[cell.cell.bank][cell.cell.row];
    const auto column = columns[cell.cell.bank][cell.cell.column];
    if (!row || !column) continue;
    cell.cell.row = *row;
    cell.cell.column = *column;
    seen.push_back(cell);
  }
  std::sort(seen.begin(), seen.end(),
            [](const IntermittentCell& a, const IntermittentCell& b) { return a.cell < b.cell; });
  return seen;
}

}  // namespace

RepairedFaultMap::RepairedFaultMap(std::unique_ptr<FaultMap> cells, const SpareLines& spares,
                                   std::optional<Voltage> tested_at)
    : cells_(std::move(cells)),
      spares_(spares),
      tested_at_(tested_at),
      seen_(seen_of(cells_->geometry(), spares)) {
  if (tested_at_) tested_ = allocate(spares_, cells_->faults_at(*tested_at_).certain);
}

CellFaults RepairedFaultMap::faults_at(Voltage voltage) const {
  const CellFaults faults = cells_->faults_at(voltage);
  return seen_through(tested_ ? *tested_ : allocate(spares_, faults.certain), faults);
}

Repair RepairedFaultMap::repair_at(Voltage voltage) const {
  return tested_ ? *tested_ : allocate(spares_, cells_->faults_at(voltage).certain);
}

CellFaults RepairedFaultMap::seen_through(const Repair& repair, const CellFaults& faults) const {
  CellFaults seen{CellMasks(seen_)};
  seen_.for_each_row([&](const RowAddress& row) {
    const BankRepair& lines = repair.banks[row.bank];
    const RowAddress cells{.bank = row.bank, .row = lines.rows[row.row]};
    for (const FaultKind kind : kKinds) {
      copy_columns(faults.certain.row(kind, cells), seen.certain.row(kind, row), lines.columns);
    }
  });
  seen.intermittent = seen_cells(repair, faults);
  return seen;
}

std::string RepairedFaultMap::source() const {
  return cells_->source() + "; " + spares_.text() +
         (tested_at_ ? ", tested at " + tested_at_->text() : "");
}

}  // namespace brownout::memory

#include "memory/cell_line.hpp"

#include <stdexcept>

namespace brownout::memory {

std::string to_string(LineKind kind) {
  switch (kind) {
    case LineKind::kBank:
      return "bank";
    case LineKind::kRow:
      return "row";
    case LineKind::kBitline:
      return "bitline";
  }
  throw std::logic_error("a kind of line without a name");
}

bool CellLine::contains(const CellAddress& cell) const { return line_of(cell, kind) == *this; }

CellLine line_of(const CellAddress& cell, LineKind kind) {
  CellLine line{.kind = kind, .bank = cell.bank};
  if (kind == LineKind::kRow) line.index = cell.row;
  if (kind == LineKind::kBitline) line.index = cell.column;
  return line;
}

std::string to_string(const CellLine& line) {
  const std::string bank = "bank " + std::to_string(line.bank);
  if (line.kind == LineKind::kBank) return bank;
  return bank + ", " + to_string(line.kind) + " " + std::to_string(line.index);
}

CellFaults only(const CellFaults& faults, const LineFaults& those) {
  CellFaults kept{.certain = CellMasks(faults.certain.geometry())};
  faults.certain.for_each([&](const CellAddress& cell, FaultKind kind) {
    if (those.may_fail(cell)) kept.certain.set(cell, kind);
  });
  for (const IntermittentCell& cell : faults.intermittent) {
    if (those.may_fail(cell.cell)) kept.intermittent.push_back(cell);
  }
  return kept;
}

}  // namespace brownout::memory

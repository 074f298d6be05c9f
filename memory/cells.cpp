#include "memory/cells.hpp"

#include "memory/base/input_error.hpp"

namespace brownout::memory {

std::string to_string(const SramGeometry& geometry) {
  return std::to_string(geometry.banks) + " banks x " + std::to_string(geometry.rows) + " rows x " +
         std::to_string(geometry.columns) + " columns";
}

std::string to_string(const CellAddress& cell) {
  return "bank " + std::to_string(cell.bank) + ", row " + std::to_string(cell.row) + ", column " +
         std::to_string(cell.column);
}

bool SramGeometry::contains(const CellAddress& cell) const {
  return cell.bank < banks && cell.row < rows && cell.column < columns;
}

void require_possible(const SramGeometry& geometry) {
  constexpr std::uint64_t kMostCells = std::uint64_t{1} << 33;
  const std::uint64_t rows = std::uint64_t{geometry.banks} * geometry.rows;
  if (rows == 0 || geometry.columns == 0) {
    throw InputError(to_string(geometry) + " are no cells");
  }
  if (rows > kMostCells / geometry.columns) {
    throw InputError(to_string(geometry) + " are more than " + std::to_string(kMostCells) +
                     " cells");
  }
}

}  // namespace brownout::memory

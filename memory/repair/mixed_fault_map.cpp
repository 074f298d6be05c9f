#include "memory/repair/mixed_fault_map.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace brownout::memory {
namespace {

constexpr FaultKind kKinds[] = {FaultKind::kStuckAt0, FaultKind::kStuckAt1, FaultKind::kFlip};

}  // namespace

std::vector<std::uint64_t> ProtectedBits::columns(const SramOrganisation& organisation) const {
  std::vector<std::uint64_t> columns;
  for (std::uint32_t column = 0; column < organisation.geometry().columns; ++column) {
    if (column % 64 == 0) columns.push_back(0);
    const std::uint32_t bit = organisation.address_of({0, 0, column}).bit;
    const bool in_lane = bit < organisation.lanes(lane_bits) * lane_bits;
    if (in_lane && bit % lane_bits >= lane_bits - bits) {
      columns.back() |= std::uint64_t{1} << column % 64;
    }
  }
  return columns;
}

MixedFaultMap::MixedFaultMap(std::unique_ptr<FaultMap> cells, std::unique_ptr<FaultMap> others,
                             std::vector<std::uint64_t> columns)
    : cells_(std::move(cells)), others_(std::move(others)), columns_(std::move(columns)) {
  if (cells_->geometry() != others_->geometry()) {
    throw std::logic_error("two kinds of cells of " + to_string(cells_->geometry()) + " and " +
                           to_string(others_->geometry()));
  }
}

CellFaults MixedFaultMap::faults_at(Voltage voltage) const {
  CellFaults faults = cells_->faults_at(voltage);
  const CellFaults others = others_->faults_at(voltage);
  geometry().for_each_row([&](const RowAddress& row) {
    for (const FaultKind kind : kKinds) {
      const auto plane = faults.certain.row(kind, row);
      const auto other = others.certain.row(kind, row);
      for (std::size_t word = 0; word < columns_.size(); ++word) {
        plane[word] = (plane[word] & ~columns_[word]) | (other[word] & columns_[word]);
      }
    }
  });
  std::vector<IntermittentCell>& cells = faults.intermittent;
  std::erase_if(cells, [&](const IntermittentCell& cell) { return is_other(cell.cell.column); });
  std::copy_if(others.intermittent.begin(), others.intermittent.end(), std::back_inserter(cells),
               [&](const IntermittentCell& cell) { return is_other(cell.cell.column); });
  std::sort(cells.begin(), cells.end(),
            [](const IntermittentCell& a, const IntermittentCell& b) { return a.cell < b.cell; });
  return faults;
}

std::string MixedFaultMap::source() const {
  return cells_->source() + "; protected bits " + others_->source();
}

}  // namespace brownout::memory

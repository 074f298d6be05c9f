// Moves the list of faults; the cost does not depend on the size of the SRAM.
#include "memory/maps/resize_fault_map.hpp"

#include <array>
#include <utility>
#include <vector>

#include "memory/base/input_error.hpp"

namespace brownout::memory {
namespace {

// A target that repeats a bad map without end is a typing error, better named than met as a
// failed allocation.
constexpr std::size_t kMostFaults = std::size_t{1} << 27;

// The target's indices, along one axis, that take the source's `index`: the first, in steps of the
// source's size.
struct Places {
  std::uint64_t first, step, end;

  Places(std::uint32_t index, std::uint32_t offset, std::uint32_t source, std::uint32_t target)
      : first((std::uint64_t{index} + source - offset) % source), step(source), end(target) {}

  std::uint64_t count() const { return first < end ? (end - first - 1) / step + 1 : 0; }
};

/// The cells of the target that take one cell of the source.
struct CellPlaces {
  Places banks, rows, columns;

  CellPlaces(const CellAddress& cell, const CellAddress& offset, const SramGeometry& source,
             const SramGeometry& target)
      : banks(cell.bank, offset.bank, source.banks, target.banks),
        rows(cell.row, offset.row, source.rows, target.rows),
        columns(cell.column, offset.column, source.columns, target.columns) {}
};

void require_inside(const SramGeometry& source, const SramGeometry& target,
                    const Resizing& resizing) {
  const CellAddress& at = resizing.offset;
  if (!source.contains(at)) {
    throw InputError("the offset " + to_string(at) + " is outside " + to_string(source));
  }
  const bool fits = std::uint64_t{at.bank} + target.banks <= source.banks &&
                    std::uint64_t{at.row} + target.rows <= source.rows &&
                    std::uint64_t{at.column} + target.columns <= source.columns;
  if (resizing.how == Resize::kTile || fits) return;
  throw InputError(to_string(target) + " at " + to_string(at) + " do not lie within " +
                   to_string(source) + "; tiling would repeat the map");
}

/// Before memory is given to them.
void require_countable(const std::vector<CellPlaces>& places) {
  double faults = 0;
  for (const CellPlaces& cell : places) {
    faults += static_cast<double>(cell.banks.count()) * static_cast<double>(cell.rows.count()) *
              static_cast<double>(cell.columns.count());
  }
  if (faults > static_cast<double>(kMostFaults)) {
    throw InputError("the tiled map would have more than " + std::to_string(kMostFaults) +
                     " failing cells");
  }
}

void add_faults(std::vector<Fault>& faults, const Fault& fault, const CellPlaces& places) {
  const auto& [banks, rows, columns] = places;
  for (std::uint64_t bank = banks.first; bank < banks.end; bank += banks.step) {
    for (std::uint64_t row = rows.first; row < rows.end; row += rows.step) {
      for (std::uint64_t column = columns.first; column < columns.end; column += columns.step) {
        Fault& placed = faults.emplace_back(fault);
        placed.cell = {static_cast<std::uint32_t>(bank), static_cast<std::uint32_t>(row),
                       static_cast<std::uint32_t>(column)};
      }
    }
  }
}

}  // namespace

SparseFaultMap resized(const SparseFaultMap& source, const SramGeometry& target,
                       const Resizing& resizing) {
  require_possible(target);
  const SramGeometry& from = source.geometry();
  require_inside(from, target, resizing);
  const CellAddress& at = resizing.offset;
  std::vector<CellPlaces> places;
  for (const Fault& fault : source.faults()) places.emplace_back(fault.cell, at, from, target);
  require_countable(places);
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < places.size(); ++i) {
    add_faults(faults, source.faults()[i], places[i]);
  }
  FaultMapHeader header = source.header();
  header.geometry = target;
  header.source += std::string("; ") + (resizing.how == Resize::kCrop ? "cropped" : "tiled") +
                   " from " + to_string(from) + " at " + to_string(at);
  return {std::move(header), std::move(faults)};
}

SparseFaultMap with_banks_joined(const SparseFaultMap& source, std::uint32_t count) {
  const SramGeometry& from = source.geometry();
  if (count == 0 || count > from.banks) {
    throw InputError(std::to_string(count) + " banks side by side, of " + to_string(from));
  }
  FaultMapHeader header = source.header();
  header.geometry.banks = from.banks / count;
  const std::uint64_t columns = std::uint64_t{from.columns} * count;
  header.geometry.columns = static_cast<std::uint32_t>(columns);
  if (columns != header.geometry.columns) {
    throw InputError(std::to_string(columns) + " columns are too many");
  }
  const std::uint32_t left_out = from.banks % count;
  header.source += "; " + std::to_string(count) + " of " + to_string(from) + " side by side" +
                   (left_out == 0 ? "" : ", the last " + std::to_string(left_out) + " left out");
  std::vector<Fault> faults;
  for (Fault fault : source.faults()) {
    if (fault.cell.bank >= from.banks - left_out) continue;
    fault.cell.column += fault.cell.bank % count * from.columns;
    fault.cell.bank /= count;
    faults.push_back(fault);
  }
  return {std::move(header), std::move(faults)};
}

}  // namespace brownout::memory

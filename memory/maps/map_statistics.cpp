// Works on the list of faults, so that its cost does not depend on the size of the SRAM.
#include "memory/maps/map_statistics.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "memory/base/arithmetic.hpp"
#include "memory/base/input_error.hpp"

namespace brownout::memory {
namespace {

constexpr std::size_t kFew = 24;  // voltages, that a table shows all

void require_measured(const SparseFaultMap& map, Voltage voltage) {
  const auto lowest = map.header().lowest_measured;
  if (!lowest || voltage >= *lowest) return;
  throw InputError(voltage.text() + " " + map.header().unit +
                   " is below the lowest measured voltage, " + lowest->text() + " " +
                   map.header().unit);
}

void count(FaultsAtVoltage& result, FaultKind kind) {
  switch (kind) {
    case FaultKind::kFlip:
      ++result.flips;
      return;
    case FaultKind::kStuckAt0:
      ++result.stuck_at_0;
      return;
    case FaultKind::kStuckAt1:
      ++result.stuck_at_1;
      return;
  }
}

// How often each number occurs; falling.
std::vector<std::uint64_t> occurrences(std::vector<std::uint64_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  std::vector<std::uint64_t> counts;
  for (auto first = numbers.begin(); first != numbers.end();) {
    const auto last = std::upper_bound(first, numbers.end(), *first);
    counts.push_back(static_cast<std::uint64_t>(last - first));
    first = last;
  }
  std::sort(counts.begin(), counts.end(), std::greater<>());
  return counts;
}

// A number for each group of cells.
class Grouping {
 public:
  Grouping(const SramGeometry& geometry, CellGroup group, const BitlineShape& bitline)
      : geometry_(geometry), group_(group), interleaved_(bitline.interleaved) {
    if (interleaved_ == 0 || interleaved_ > geometry.rows) {
      throw InputError(std::to_string(interleaved_) + " bitlines in the " +
                       std::to_string(geometry.rows) + " rows of a column");
    }
    const std::uint64_t longest = divide_up(std::uint64_t{geometry.rows}, interleaved_);
    cells_ = bitline.cells == 0 ? longest : bitline.cells;
    segments_ = divide_up(longest, cells_);
  }

  std::uint64_t groups() const {
    const std::uint64_t banks = geometry_.banks;
    switch (group_) {
      case CellGroup::kBank:
        return banks;
      case CellGroup::kRow:
        return banks * geometry_.rows;
      case CellGroup::kColumn:
        return banks * geometry_.columns;
      case CellGroup::kBitline:
        return banks * geometry_.columns * interleaved_ * segments_;
    }
    throw std::logic_error("a group of cells without a size");
  }

  std::uint64_t number_of(const CellAddress& cell) const {
    const std::uint64_t bank = cell.bank;
    const std::uint64_t column = bank * geometry_.columns + cell.column;
    switch (group_) {
      case CellGroup::kBank:
        return bank;
      case CellGroup::kRow:
        return bank * geometry_.rows + cell.row;
      case CellGroup::kColumn:
        return column;
      case CellGroup::kBitline:
        return (column * interleaved_ + cell.row % interleaved_) * segments_ +
               cell.row / interleaved_ / cells_;
    }
    throw std::logic_error("a group of cells without numbers");
  }

 private:
  SramGeometry geometry_;
  CellGroup group_;
  std::uint64_t interleaved_;
  std::uint64_t cells_ = 0, segments_ = 0;
};

}  // namespace

FaultsAtVoltage faults_at(const SparseFaultMap& map, Voltage voltage) {
  require_measured(map, voltage);
  FaultsAtVoltage result;
  result.voltage = voltage;
  for (const Fault& fault : map.faults()) {
    if (voltage <= fault.vfail) count(result, fault.kind);
  }
  result.ber = static_cast<double>(result.total()) / static_cast<double>(map.geometry().cells());
  return result;
}

std::uint64_t GroupCounts::total() const {
  return std::accumulate(faults.begin(), faults.end(), std::uint64_t{0});
}

std::optional<double> GroupCounts::dispersion() const {
  if (faults.empty()) return {};
  double squares = 0;
  for (const std::uint64_t count : faults) {
    squares += static_cast<double>(count) * static_cast<double>(count);
  }
  const auto n = static_cast<double>(groups);
  const double mean = static_cast<double>(total()) / n;
  return (squares / n - mean * mean) / mean;
}

std::optional<double> GroupCounts::share_in_groups_of(std::uint64_t count) const {
  if (faults.empty()) return {};
  std::uint64_t within = 0;
  for (const std::uint64_t number : faults) within += number >= count ? number : 0;
  return static_cast<double>(within) / static_cast<double>(total());
}

GroupCounts group_counts(const SparseFaultMap& map, Voltage voltage, CellGroup group,
                         const BitlineShape& bitline) {
  require_measured(map, voltage);
  const Grouping grouping(map.geometry(), group, bitline);
  std::vector<std::uint64_t> numbers;
  for (const Fault& fault : map.faults()) {
    if (voltage <= fault.vfail) numbers.push_back(grouping.number_of(fault.cell));
  }
  return {grouping.groups(), occurrences(std::move(numbers))};
}

BitlinePolarity bitline_polarity(const SparseFaultMap& map, Voltage voltage, std::uint64_t least,
                                 const BitlineShape& bitline) {
  require_measured(map, voltage);
  const Grouping grouping(map.geometry(), CellGroup::kBitline, bitline);
  std::map<std::uint64_t, FaultsAtVoltage> lines;
  for (const Fault& fault : map.faults()) {
    if (voltage <= fault.vfail) count(lines[grouping.number_of(fault.cell)], fault.kind);
  }
  BitlinePolarity result;
  for (const auto& [number, faults] : lines) {
    if (faults.stuck_at_0 + faults.stuck_at_1 < least) continue;
    ++result.bitlines;
    if (faults.stuck_at_1 == 0) ++result.pure_at_0;
    if (faults.stuck_at_0 == 0) ++result.pure_at_1;
  }
  return result;
}

std::vector<Voltage> telling_voltages(const SparseFaultMap& map) {
  std::vector<Voltage> vfails;
  for (const Fault& fault : map.faults()) {
    if (!fault.vfail.is_infinite()) vfails.push_back(fault.vfail);
  }
  std::sort(vfails.begin(), vfails.end(), std::greater<>());
  std::vector<Voltage> voltages = vfails;
  voltages.erase(std::unique(voltages.begin(), voltages.end()), voltages.end());
  const bool are_few = voltages.size() <= kFew;
  if (!are_few) voltages.clear();
  for (const double share : {0.0, 0.01, 0.1, 0.25, 0.5, 0.75, 1.0}) {
    if (are_few) break;
    voltages.push_back(
        vfails[static_cast<std::size_t>(share * static_cast<double>(vfails.size() - 1))]);
  }
  const auto lowest = map.header().lowest_measured;
  if (lowest) {
    std::erase_if(voltages, [&](Voltage voltage) { return voltage < *lowest; });
    voltages.push_back(*lowest);
  }
  voltages.erase(std::unique(voltages.begin(), voltages.end()), voltages.end());
  return voltages;
}

std::uint64_t defect_count(const SparseFaultMap& map) {
  return static_cast<std::uint64_t>(
      std::count_if(map.faults().begin(), map.faults().end(),
                    [](const Fault& fault) { return fault.vfail.is_infinite(); }));
}

}  // namespace brownout::memory

// Faults per bin of cells, over the voltage, by kind and by bitline; summed over the dies.
#include "sim/cli/map/picture_counts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "memory/base/arithmetic.hpp"
#include "memory/base/input_error.hpp"

namespace brownout::cli {
namespace {

using Json = nlohmann::ordered_json;
using memory::FaultKind;
using memory::SramGeometry;
using memory::Voltage;

constexpr std::uint64_t kMostBins = 60'000;  // about what a page shows
constexpr std::size_t kMostVoltages = 200;   // of the curve

// The cells of a bin. Sides are powers of two, so that bins are alike but for those at an edge.
struct BinShape {
  std::uint32_t rows = 1, columns = 1;

  explicit BinShape(const SramGeometry& geometry) {
    for (;;) {
      const std::uint64_t down = divide_up(geometry.rows, rows);
      const std::uint64_t across = divide_up(geometry.columns, columns);
      if (down * across * geometry.banks <= kMostBins || down * across == 1) return;
      (down > across ? rows : columns) *= 2;
    }
  }
};

// Rows of bank, bin row, bin column and the faults there: stuck at 0, stuck at 1, flip.
Json bins_of(const Dies& dies, Voltage voltage, const BinShape& shape) {
  std::map<std::array<std::uint32_t, 3>, std::array<std::uint64_t, 3>> counts;
  for (const memory::ImportedMap& die : dies) {
    for (const memory::Fault& fault : die.map.faults()) {
      if (voltage > fault.vfail) continue;
      const std::size_t kind = fault.kind == FaultKind::kStuckAt0   ? 0
                               : fault.kind == FaultKind::kStuckAt1 ? 1
                                                                    : 2;
      const memory::CellAddress& cell = fault.cell;
      ++counts[{cell.bank, cell.row / shape.rows, cell.column / shape.columns}][kind];
    }
  }
  Json rows = Json::array();
  for (const auto& [at, faults] : counts) {
    rows.push_back({at[0], at[1], at[2], faults[0], faults[1], faults[2]});
  }
  return rows;
}

std::uint64_t faults_of(const Dies& dies, Voltage voltage) {
  std::uint64_t total = 0;
  for (const memory::ImportedMap& die : dies) total += memory::faults_at(die.map, voltage).total();
  return total;
}

// The voltages at which something begins to fail, falling down to `lowest`: all of the highest, of
// the many below them fewer and fewer, kMostVoltages at most.
std::vector<Voltage> voltages_of_change(const Dies& dies, Voltage lowest) {
  std::set<Voltage> distinct = {lowest};
  for (const memory::ImportedMap& die : dies) {
    for (const memory::Fault& fault : die.map.faults()) {
      if (!fault.vfail.is_infinite() && fault.vfail > lowest) distinct.insert(fault.vfail);
    }
  }
  const std::vector<Voltage> all(distinct.rbegin(), distinct.rend());
  if (all.size() <= kMostVoltages) return all;
  std::vector<Voltage> chosen;
  std::size_t last = all.size();
  for (std::size_t i = 0; i < kMostVoltages; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(kMostVoltages - 1);
    const auto index =
        static_cast<std::size_t>(std::round(std::pow(static_cast<double>(all.size()), share))) - 1;
    if (index != last) chosen.push_back(all[index]);
    last = index;
  }
  return chosen;
}

Json curve_of(const Dies& dies, Voltage lowest) {
  Json curve = Json::array();
  for (const Voltage voltage : voltages_of_change(dies, lowest)) {
    curve.push_back({voltage.value(), faults_of(dies, voltage)});
  }
  return curve;
}

// How many bitlines have how many faults.
Json bitlines_of(const Dies& dies, Voltage voltage, const memory::BitlineShape& shape) {
  std::uint64_t groups = 0;
  std::map<std::uint64_t, std::uint64_t> counts;
  for (const memory::ImportedMap& die : dies) {
    const memory::GroupCounts lines =
        memory::group_counts(die.map, voltage, memory::CellGroup::kBitline, shape);
    groups += lines.groups;
    for (const std::uint64_t faults : lines.faults) ++counts[faults];
  }
  Json rows = Json::array();
  for (const auto& [faults, lines] : counts) rows.push_back({faults, lines});
  return {{"all", groups}, {"with_faults", rows}};
}

void require_alike(const Dies& dies) {
  const memory::FaultMapHeader& first = dies.front().map.header();
  for (const memory::ImportedMap& die : dies) {
    const memory::FaultMapHeader& header = die.map.header();
    if (header.geometry == first.geometry && header.unit == first.unit) continue;
    throw InputError(header.source + ": " + memory::to_string(header.geometry) + " in " +
                     header.unit + ", but the first map has " + memory::to_string(first.geometry) +
                     " in " + first.unit);
  }
}

}  // namespace

Voltage lowest_of(const Dies& dies) {
  Voltage lowest, failing = Voltage::infinite();
  for (const memory::ImportedMap& die : dies) {
    lowest = std::max(lowest, die.map.header().lowest_measured.value_or(Voltage()));
    for (const memory::Fault& fault : die.map.faults()) failing = std::min(failing, fault.vfail);
  }
  if (lowest > Voltage() || failing.is_infinite()) return lowest;
  return failing;
}

std::string picture_counts(const Dies& dies, Voltage voltage, const memory::BitlineShape& bitline) {
  require_alike(dies);
  const memory::FaultMapHeader& header = dies.front().map.header();
  const BinShape shape(header.geometry);
  std::uint64_t defects = 0;
  for (const memory::ImportedMap& die : dies) defects += memory::defect_count(die.map);
  const Json root = {{"dies", dies.size()},
                     {"source", header.source},
                     {"unit", header.unit},
                     {"voltage", voltage.text()},
                     {"banks", header.geometry.banks},
                     {"rows", header.geometry.rows},
                     {"columns", header.geometry.columns},
                     {"faults", faults_of(dies, voltage)},
                     {"defects", defects},
                     {"bin", {{"rows", shape.rows}, {"columns", shape.columns}}},
                     {"bins", bins_of(dies, voltage, shape)},
                     {"curve", curve_of(dies, lowest_of(dies))},
                     {"bitlines", bitlines_of(dies, voltage, bitline)}};
  // What no UTF-8 is in a source must not end the picture.
  return root.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace brownout::cli

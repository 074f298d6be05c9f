#include "sim/cli/explain.hpp"

#include <algorithm>

#include "sim/experiment/session/session.hpp"

namespace brownout::cli {
namespace {

std::vector<Column> columns(bool intermittent) {
  return {{"bank", "bank", ""},
          {"row", "row", ""},
          {"column", "column", ""},
          {"kind", "fault", "", Style::kPlain, 1},
          {"probability", intermittent ? "p" : "", ""},
          {"layer", "layer", ""},
          {"tile", "tile", "", Style::kPlain, 3},
          {"group", "group", "", Style::kPlain, 4},
          {"k", "k", "", Style::kPlain, 3},
          {"n", "n", "output", Style::kPlain, 1},
          {"c", "c", "input", Style::kPlain, 2},
          {"kh", "kh", "kernel", Style::kPlain, 2},
          {"kw", "kw", "kernel", Style::kPlain, 2},
          {"bit", "bit", ""},
          {"weight", "weight", "steps", Style::kPlain, 1},
          {"weight_alone", "with it", "steps", Style::kPlain, 2},
          {"weight_read", "read", "steps", Style::kPlain, 1},
          {"error", "error", "real", Style::kRate, 2},
          {"relative_error", "of max |w|", "", Style::kPercent},
          {"fetches", "fetches", "/inference", Style::kPlain, 3}};
}

std::vector<Cell> cells(const storage::WeightFault& fault,
                        const models::QuantizedNetwork& network) {
  const auto integer = [](int value) { return Cell(std::int64_t{value}); };
  return {std::uint64_t{fault.cell.bank},
          std::uint64_t{fault.cell.row},
          std::uint64_t{fault.cell.column},
          memory::to_string(fault.kind),
          fault.probability,
          models::node_name(network.nodes[fault.node]),
          integer(fault.tile),
          integer(fault.group),
          integer(fault.k),
          integer(fault.n),
          integer(fault.c),
          integer(fault.kh),
          integer(fault.kw),
          integer(fault.bit),
          integer(fault.written),
          integer(fault.alone),
          integer(fault.read),
          fault.error,
          fault.relative_error,
          fault.fetches};
}

}  // namespace

Table worst_fault_table(const experiment::Plan& plan, const experiment::Chip& chip,
                        const experiment::Point& point, std::size_t count) {
  const std::vector<storage::WeightFault> worst =
      experiment::worst_faults(plan, chip, point, count);
  const bool intermittent =
      std::any_of(worst.begin(), worst.end(),
                  [](const storage::WeightFault& fault) { return fault.probability < 1; });
  Table table{.key = "worst_faults", .columns = columns(intermittent), .rows = {}};
  for (const storage::WeightFault& fault : worst) {
    table.rows.push_back(cells(fault, plan.network));
  }
  return table;
}

}  // namespace brownout::cli

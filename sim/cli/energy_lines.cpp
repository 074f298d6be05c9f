#include "sim/cli/energy_lines.hpp"

#include "sim/experiment/session/point_costs.hpp"

namespace brownout::cli {

Table energy_line_table(const experiment::Plan& plan, const experiment::PointResult& point) {
  Table table{.key = "energy_lines",
              .columns = {{"event", "event or leakage", ""},
                          {"component", "component", ""},
                          {"rail", "rail", ""},
                          {"amount", "amount", "events or s"},
                          {"price", "price", "J or W", Style::kRate},
                          {"factor", "factor", "of the rail", Style::kRatio},
                          {"energy_j", "energy", "J", Style::kQuantity},
                          {"energy_share", "share", "", Style::kPercent}},
              .rows = {}};
  const double total = point.energy.total();
  for (const energy::EnergyTerm& term :
       experiment::energy_terms(plan, plan.config.operating_point, point)) {
    table.rows.push_back({term.name, term.provenance->component,
                          energy::to_string(term.provenance->rail), term.amount, term.price,
                          term.factor, term.joules(), total > 0 ? term.joules() / total : 0.0});
  }
  for (const Column& column : table.columns) {
    const bool adds_up = column.key.starts_with("energy_");
    table.total.push_back(adds_up ? table.sum(table.total.size()) : Cell{});
  }
  table.total.front() = "total";
  return table;
}

std::vector<Fact> area_facts(const energy::EnergyTable& table,
                             const hardware::AcceleratorSpec& spec) {
  std::vector<Fact> facts;
  for (const hardware::OnChipMemory memory : hardware::kOnChipMemories) {
    const auto area = table.area_mm2(memory, spec);
    if (!area) continue;
    facts.push_back(
        {{to_string(memory) + "_mm2", "area of " + title(memory), "mm2", Style::kRate}, *area});
  }
  return facts;
}

}  // namespace brownout::cli

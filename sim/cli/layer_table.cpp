#include "sim/cli/layer_table.hpp"

#include <algorithm>

#include "sim/experiment/results/layer_columns.hpp"

namespace brownout::cli {
namespace {

/// As text shows it. One that is not listed is for CSV and JSON only.
Column column_of(const std::string& name) {
  static const std::vector<Column> shown = {
      {"layer", "layer"},
      {"kind", "kind", "", Style::kPlain, 3},
      {"m", "M", "pixels", Style::kPlain, 4},
      {"n", "N", "channels", Style::kPlain, 4},
      {"k", "K", "products", Style::kPlain, 4},
      {"macs", "MACs", "per image", Style::kPlain, 2},
      {"weights", "weights", "count", Style::kPlain, 1},
      {"weights_changed", "changed", "", Style::kPercent},
      {"effective_ber", "eff. BER", "share", Style::kRate, 1},
      {"cycles", "cycles", "total"},
      {"compute_cycles", "compute", "cycles", Style::kPlain, 5},
      {"weight_fetch_cycles", "w. fetch", "cycles", Style::kPlain, 5},
      {"dram_cycles", "DRAM", "cycles", Style::kPlain, 5},
      {"accumulator_cycles", "accum.", "cycles", Style::kPlain, 5},
      {"vector_cycles", "vector", "cycles", Style::kPlain, 5},
      {"utilization", "util.", "", Style::kPercent, 2},
      {"energy_j", "energy", "J", Style::kQuantity},
      {"weight_sram_energy_j", "E w. SRAM", "J", Style::kQuantity},
      {"logic_energy_j", "E logic", "J", Style::kQuantity, 3},
      {"activation_sram_energy_j", "E a. SRAM", "J", Style::kQuantity, 3},
      {"dram_energy_j", "E DRAM", "J", Style::kQuantity, 3},
      {"accumulator_energy_j", "E accum.", "J", Style::kQuantity, 3},
      {"effective_ber_0to1", "0 to 1", "eff. BER", Style::kRate, 2},
      {"effective_ber_1to0", "1 to 0", "eff. BER", Style::kRate, 2},
      {"words", "words", "count", Style::kPlain, 3},
      {"words_touched", "touched", "", Style::kPercent, 2},
      {"weight_error_mean", "error", "steps", Style::kRate, 1},
      {"weight_error_max", "max", "steps", Style::kPlain, 2},
  };
  const auto found = std::find_if(shown.begin(), shown.end(),
                                  [&](const Column& column) { return column.key == name; });
  return found == shown.end() ? Column(name) : *found;
}

/// All that a layer without weights has is a name, cycles and energy.
bool is_of_every_layer(const std::string& name) {
  return name == "layer" || name == "kind" || name.ends_with("cycles") ||
         name.ends_with("energy_j");
}

bool adds_up(const std::string& name) {
  return name == "macs" || name == "weights" || name == "words" || name.ends_with("cycles") ||
         name.ends_with("energy_j");
}

std::vector<Cell> totals_of(const Table& table) {
  std::vector<Cell> totals;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    totals.push_back(adds_up(table.columns[i].key) ? table.sum(i) : Cell{});
  }
  totals.front() = "total";
  return totals;
}

}  // namespace

Table layer_table(const experiment::PointResult& point) {
  Table table{.key = "layers", .columns = {}, .rows = {}};
  table.rows.resize(point.layers.size());
  for (const auto& column : experiment::layer_columns()) {
    if (!column.is_in(point.columns)) continue;
    table.columns.push_back(column_of(column.name));
    for (std::size_t i = 0; i < point.layers.size(); ++i) {
      const experiment::LayerResult& layer = point.layers[i];
      const bool has_none = layer.weights == 0 && !is_of_every_layer(column.name);
      table.rows[i].push_back(has_none ? Cell{} : column.field(layer));
    }
  }
  table.total = totals_of(table);
  return table;
}

}  // namespace brownout::cli

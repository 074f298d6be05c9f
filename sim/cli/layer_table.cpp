#include "sim/cli/layer_table.hpp"

#include <algorithm>

#include "sim/experiment/results/layer_columns.hpp"

namespace brownout::cli {
namespace {

/// As text shows it. One that is not listed is for CSV and JSON only.
Column column_of(const std::string& name) {
  static const std::vector<Column> shown = {
      {"layer", "layer"},
      {"kind", "kind"},
      {"m", "M", "pixels"},
      {"n", "N", "channels"},
      {"k", "K", "products"},
      {"macs", "MACs", "per image"},
      {"weights", "weights", "count"},
      {"weights_changed", "changed", "", Style::kPercent},
      {"effective_ber", "eff. BER", "share", Style::kRate},
      {"cycles", "total", "cycles"},
      {"compute_cycles", "compute", "cycles"},
      {"weight_fetch_cycles", "w. fetch", "cycles"},
      {"dram_cycles", "DRAM", "cycles"},
      {"accumulator_cycles", "accum.", "cycles"},
      {"vector_cycles", "vector", "cycles"},
      {"utilization", "util.", "", Style::kPercent},
      {"energy_j", "energy", "J", Style::kQuantity},
      {"weight_sram_energy_j", "w. SRAM", "J", Style::kQuantity},
      {"logic_energy_j", "logic", "J", Style::kQuantity},
      {"activation_sram_energy_j", "a. SRAM", "J", Style::kQuantity},
      {"dram_energy_j", "DRAM", "J", Style::kQuantity},
      {"effective_ber_0to1", "0 to 1", "eff. BER", Style::kRate},
      {"effective_ber_1to0", "1 to 0", "eff. BER", Style::kRate},
      {"words", "words", "count"},
      {"words_touched", "touched", "", Style::kPercent},
      {"weight_error_mean", "error", "steps", Style::kRate},
      {"weight_error_max", "max", "steps"},
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
  return table;
}

}  // namespace brownout::cli

#include "sim/experiment/results/point_summary.hpp"

#include <algorithm>
#include <string>

#include "sim/experiment/results/named_fields.hpp"
#include "sim/hardware/on_chip_memory.hpp"

namespace brownout::experiment {
namespace {

constexpr const char* kFile = "points.csv";

/// Those beside the weight SRAM; they have columns only where one of them may fail.
bool other_memories_work(const NamedFields& fields) {
  return std::all_of(hardware::kOnChipMemories.begin(), hardware::kOnChipMemories.end(),
                     [&](hardware::OnChipMemory memory) {
                       const std::string name = hardware::to_string(memory) + "_ber";
                       return memory == hardware::OnChipMemory::kWeightSram || !fields.has(name) ||
                              fields.some(name).value_or(0) == 0;
                     });
}

}  // namespace

PointSummary parse_point_row(std::string_view header, std::string_view row) {
  const NamedFields fields(kFile, header, row);
  PointSummary point;
  point.voltage = memory::Voltage::parse(fields.text("voltage"));
  point.chip = fields.count("chip");
  point.ber = fields.number("ber");
  point.effective_ber = fields.number("effective_ber");
  point.weights_changed = fields.number("weights_changed");
  point.images = static_cast<std::int64_t>(fields.count("images"));
  for (const Metric metric : kMetrics) {
    const std::string name = to_string(metric);
    point.score[metric] = fields.some(name);
    if (!point.score[metric]) continue;
    point.interval[metric] = {fields.number(name + "_ci_low"), fields.number(name + "_ci_high")};
  }
  point.ber_asked = fields.some("ber_asked");
  point.reference = fields.number("reference");
  if (!fields.text("images_lost").empty()) {
    point.paired = {static_cast<std::int64_t>(fields.count("images_lost")),
                    static_cast<std::int64_t>(fields.count("images_gained"))};
  }
  if (point.paired) point.rerr = robust_error(point.reference, *point.paired, point.images);
  point.unharmed = point.weights_changed == 0 && other_memories_work(fields);
  point.energy_j = fields.number("energy_j");
  point.energy_rel = fields.number("energy_rel");
  point.weight_sram_energy_rel = fields.number("weight_sram_energy_rel");
  for (const energy::Rail rail : energy::kRails) {
    const std::string name = to_string(rail) + "_energy";
    point.rail_energy_j[rail] = fields.number(name + "_j");
    point.rail_energy_rel[rail] = fields.some(name + "_rel");
  }
  if (fields.has("supply_energy_j")) {
    point.supply_energy_j = fields.number("supply_energy_j");
    point.supply_energy_rel = fields.number("supply_energy_rel");
  }
  if (fields.has("mitigation_energy_j")) {
    point.mitigation_energy_j = fields.number("mitigation_energy_j");
  }
  point.weight_sram_share = fields.number("weight_sram_share");
  point.latency_s = fields.number("latency_s");
  point.cycles = fields.number("cycles");
  return point;
}

}  // namespace brownout::experiment

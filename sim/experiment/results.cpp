#include "sim/experiment/results.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "memory/text_number.hpp"
#include "sim/experiment/csv_row.hpp"

namespace brownout::experiment {
namespace {

std::vector<std::string_view> split(std::string_view row) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t comma = row.find(',');
    fields.push_back(row.substr(0, comma));
    if (comma == std::string_view::npos) return fields;
    row.remove_prefix(comma + 1);
  }
}

}  // namespace

RailJoules& RailJoules::operator+=(const RailJoules& other) {
  logic += other.logic;
  weight_sram += other.weight_sram;
  activation_sram += other.activation_sram;
  dram += other.dram;
  return *this;
}

void PointResult::set_rail(machine::OnChipMemory memory) {
  for (const RailResult& found : rails) {
    if (found.memory != memory) continue;
    rail = memory;
    voltage = found.voltage;
    unit = found.unit;
    ber = found.ber;
    return;
  }
  throw std::logic_error("set_rail: that memory is error-free");
}

std::string points_header(bool other_rails) {
  std::string header =
      "voltage,unit,chip,ber,effective_ber,weights_changed,images,top1,top1_ci_low,"
      "top1_ci_high,energy_j,energy_rel,weight_sram_energy_j,weight_sram_energy_rel,"
      "weight_sram_share,latency_s,cycles,stall_cycles,cosim_images";
  if (!other_rails) return header;
  header += ",rail";
  for (const machine::OnChipMemory memory : machine::kOnChipMemories) {
    for (const char* column : {"_voltage", "_ber"}) {
      header += "," + machine::to_string(memory) + column;
    }
  }
  return header;
}

std::string layers_header() {
  return "voltage,unit,chip,layer,kind,m,n,k,macs,weights,weights_changed,effective_ber,cycles,"
         "compute_cycles,weight_fetch_cycles,dram_cycles,accumulator_cycles,vector_cycles,"
         "utilization,energy_j,weight_sram_energy_j,logic_energy_j,activation_sram_energy_j,"
         "dram_energy_j,effective_ber_0to1,effective_ber_1to0,words,words_touched,"
         "weight_error_mean,weight_error_max";
}

std::string point_row(const PointResult& point) {
  const double total = point.energy.total();
  CsvRow row;
  row << point.voltage.text() << point.unit << point.chip << point.ber << point.effective_ber
      << point.weights_changed << point.images << point.top1 << point.top1_ci_low
      << point.top1_ci_high << total << point.energy_rel << point.energy.weight_sram
      << point.weight_sram_energy_rel << (total > 0 ? point.energy.weight_sram / total : 0.0)
      << point.latency_s << point.cycles << point.stall_cycles << point.cosim_images;
  if (!point.has_other_rails()) return row.text();
  std::string rails = ',' + machine::to_string(point.rail);
  for (const machine::OnChipMemory memory : machine::kOnChipMemories) {
    const auto found = std::find_if(point.rails.begin(), point.rails.end(),
                                    [&](const RailResult& rail) { return rail.memory == memory; });
    rails += found == point.rails.end()
                 ? ",,"
                 : "," + found->voltage.text() + "," + memory::format_double(found->ber);
  }
  return row.text() + rails;
}

std::string layer_rows(const PointResult& point) {
  std::string rows;
  for (const LayerResult& layer : point.layers) {
    CsvRow row;
    row << point.voltage.text() << point.unit << point.chip << quoted(layer.name) << layer.kind
        << layer.m << layer.n << layer.k << layer.macs << layer.weights << layer.weights_changed
        << layer.effective_ber << layer.cycles.total() << layer.cycles.compute
        << layer.cycles.weight_fetch << layer.cycles.dram << layer.cycles.accumulator
        << layer.cycles.vector << layer.utilization << layer.energy.total()
        << layer.energy.weight_sram << layer.energy.logic << layer.energy.activation_sram
        << layer.energy.dram << layer.effective_ber_0to1 << layer.effective_ber_1to0 << layer.words
        << layer.words_touched << layer.weight_error_mean << layer.weight_error_max;
    rows += row.text() + '\n';
  }
  return rows;
}

PointSummary parse_point_row(std::string_view row) {
  const std::vector<std::string_view> fields = split(row);
  if (fields.size() != split(points_header()).size() &&
      fields.size() != split(points_header(true)).size()) {
    throw std::runtime_error("a row of points.csv has " + std::to_string(fields.size()) +
                             " fields: " + std::string(row));
  }
  PointSummary point;
  const auto number = [&](std::size_t field) {
    if (const auto value = memory::parse_double(fields[field])) return *value;
    throw std::runtime_error("points.csv: " + memory::in_quotes(fields[field]) + " is no number");
  };
  point.voltage = memory::Voltage::parse(fields[0]);
  point.chip = memory::parse_unsigned(fields[2]).value_or(0);
  point.ber = number(3);
  point.effective_ber = number(4);
  point.weights_changed = number(5);
  point.top1 = number(7);
  point.energy_j = number(10);
  point.energy_rel = number(11);
  point.weight_sram_energy_rel = number(13);
  point.weight_sram_share = number(14);
  point.latency_s = number(15);
  return point;
}

Interval wilson_interval(std::int64_t hits, std::int64_t trials) {
  if (trials <= 0) throw std::logic_error("wilson_interval: no trials");
  constexpr double kZ = 1.959963984540054;  // 97.5 % quantile of the normal distribution
  const auto n = static_cast<double>(trials);
  const double share = static_cast<double>(hits) / n;
  const double centre = share + kZ * kZ / (2 * n);
  const double half = kZ * std::sqrt(share * (1 - share) / n + kZ * kZ / (4 * n * n));
  const double scale = 1 / (1 + kZ * kZ / n);
  // At 0 and n hits the ends are exactly 0 and 1; rounding must not push them past.
  return {hits == 0 ? 0.0 : (centre - half) * scale,
          hits == trials ? 1.0 : (centre + half) * scale};
}

}  // namespace brownout::experiment

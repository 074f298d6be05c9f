#include "sim/experiment/results/results.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "sim/experiment/results/csv_row.hpp"

namespace brownout::experiment {
namespace {

using energy::Rail;

std::vector<std::string_view> split(std::string_view row) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t comma = row.find(',');
    fields.push_back(row.substr(0, comma));
    if (comma == std::string_view::npos) return fields;
    row.remove_prefix(comma + 1);
  }
}

/// The value and its interval; three empty fields of nothing.
void add_estimate(const std::optional<Estimate>& estimate, CsvRow& row) {
  if (estimate) {
    row << estimate->value << estimate->interval.low << estimate->interval.high;
  } else {
    row << ""
        << ""
        << "";
  }
}

void add_memories(const PointResult& point, CsvRow& row) {
  row << point.supply.name;
  for (const hardware::OnChipMemory memory : hardware::kOnChipMemories) {
    const auto found =
        std::find_if(point.memories.begin(), point.memories.end(),
                     [&](const MemoryResult& result) { return result.memory == memory; });
    if (found == point.memories.end()) {
      row << ""
          << "";
    } else {
      row << found->voltage.text() << found->ber;
    }
  }
}

}  // namespace

double RailJoules::total() const { return std::accumulate(values.begin(), values.end(), 0.0); }

RailJoules& RailJoules::operator+=(const RailJoules& other) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += other.values[i];
  return *this;
}

const MemoryResult& PointResult::swept() const {
  for (const MemoryResult& result : memories) {
    if (supply.feeds(result.memory)) return result;
  }
  throw std::logic_error("a point of a supply without memories that may fail: " + supply.name);
}

double PointResult::ber() const {
  if (supply.memories.size() == 1) return swept().ber;
  double failing = 0, cells = 0;
  for (const MemoryResult& result : memories) {
    if (!supply.feeds(result.memory)) continue;
    failing += result.ber * static_cast<double>(result.cells);
    cells += static_cast<double>(result.cells);
  }
  return failing / cells;
}

std::string points_header(const OptionalColumns& columns) {
  std::string header =
      "voltage,unit,chip,ber,effective_ber,weights_changed,images,top1,top1_ci_low,"
      "top1_ci_high,energy_j,energy_rel,weight_sram_energy_j,weight_sram_energy_rel,"
      "weight_sram_share,latency_s,cycles,stall_cycles,cosim_images";
  if (columns.memories) {
    header += ",rail";
    for (const hardware::OnChipMemory memory : hardware::kOnChipMemories) {
      for (const char* column : {"_voltage", "_ber"}) {
        header += "," + hardware::to_string(memory) + column;
      }
    }
  }
  for (const Metric metric : kLaterMetrics) {
    for (const char* column : {"", "_ci_low", "_ci_high"})
      header += "," + to_string(metric) + column;
  }
  header += ",ber_asked,reference,images_lost,images_gained";
  return columns.supply_energy ? header + ",supply_energy_j,supply_energy_rel" : header;
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
  row << point.voltage().text() << point.unit() << point.chip << point.ber() << point.effective_ber
      << point.weights_changed << point.images;
  add_estimate(point.score[Metric::kTop1], row);
  row << total << point.energy_rel << point.energy.weight_sram() << point.weight_sram_energy_rel
      << (total > 0 ? point.energy.weight_sram() / total : 0.0) << point.latency_s << point.cycles
      << point.stall_cycles << point.cosim_images;
  if (point.columns().memories) add_memories(point, row);
  for (const Metric metric : kLaterMetrics) add_estimate(point.score[metric], row);
  row << (point.ber_asked ? format_double(*point.ber_asked) : "") << point.reference;
  if (point.paired) {
    row << point.paired->lost << point.paired->gained;
  } else {
    row << ""
        << "";
  }
  if (point.supply_energy) row << point.supply_energy->joules << point.supply_energy->relative;
  return row.text();
}

std::string layer_rows(const PointResult& point) {
  std::string rows;
  for (const LayerResult& layer : point.layers) {
    CsvRow row;
    row << point.voltage().text() << point.unit() << point.chip << quoted(layer.name) << layer.kind
        << layer.m << layer.n << layer.k << layer.macs << layer.weights << layer.weights_changed
        << layer.effective_ber << layer.cycles.total() << layer.cycles.compute
        << layer.cycles.weight_fetch << layer.cycles.dram << layer.cycles.accumulator
        << layer.cycles.vector << layer.utilization << layer.energy.total()
        << layer.energy[Rail::kWeightSram] << layer.energy[Rail::kLogic]
        << layer.energy[Rail::kActivationSram] << layer.energy[Rail::kDram]
        << layer.effective_ber_0to1 << layer.effective_ber_1to0 << layer.words
        << layer.words_touched << layer.weight_error_mean << layer.weight_error_max;
    rows += row.text() + '\n';
  }
  return rows;
}

namespace {

/// The fields of a row by the names of their columns.
class NamedFields {
 public:
  explicit NamedFields(std::string_view row) : fields_(split(row)) {
    for (const OptionalColumns& columns :
         {OptionalColumns{}, {.memories = true}, {.memories = true, .supply_energy = true}}) {
      header_ = points_header(columns);
      names_ = split(header_);
      other_memories_ = columns.memories;
      if (fields_.size() == names_.size()) return;
    }
    throw InputError("a row of points.csv has " + std::to_string(fields_.size()) +
                     " fields: " + std::string(row));
  }
  NamedFields(const NamedFields&) = delete;  // the names look into the header
  NamedFields& operator=(const NamedFields&) = delete;

  std::string_view text(std::string_view name) const {
    return fields_[static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) -
                                            names_.begin())];
  }
  double number(std::string_view name) const {
    if (const auto value = parse_double(text(name))) return *value;
    throw InputError("points.csv", in_quotes(text(name)) + " is no number");
  }
  std::int64_t count(std::string_view name) const {
    const auto value = parse_unsigned(text(name));
    if (value) return static_cast<std::int64_t>(*value);
    throw InputError("points.csv", in_quotes(text(name)) + " is no count");
  }
  /// Nothing of an empty field.
  std::optional<double> some(std::string_view name) const {
    if (text(name).empty()) return {};
    return number(name);
  }
  bool other_memories_work() const {
    if (!other_memories_) return true;
    return std::all_of(hardware::kOnChipMemories.begin(), hardware::kOnChipMemories.end(),
                       [&](hardware::OnChipMemory memory) {
                         return memory == hardware::OnChipMemory::kWeightSram ||
                                some(hardware::to_string(memory) + "_ber").value_or(0) == 0;
                       });
  }

 private:
  bool other_memories_ = false;
  std::vector<std::string_view> fields_, names_;
  std::string header_;
};

}  // namespace

PointSummary parse_point_row(std::string_view row) {
  const NamedFields fields(row);
  PointSummary point;
  point.voltage = memory::Voltage::parse(fields.text("voltage"));
  point.chip = static_cast<std::uint64_t>(fields.count("chip"));
  point.ber = fields.number("ber");
  point.effective_ber = fields.number("effective_ber");
  point.weights_changed = fields.number("weights_changed");
  point.images = fields.count("images");
  for (const Metric metric : kMetrics) {
    const std::string name = to_string(metric);
    point.score[metric] = fields.some(name);
    if (!point.score[metric]) continue;
    point.interval[metric] = {fields.number(name + "_ci_low"), fields.number(name + "_ci_high")};
  }
  point.ber_asked = fields.some("ber_asked");
  point.reference = fields.number("reference");
  if (!fields.text("images_lost").empty()) {
    point.paired = {fields.count("images_lost"), fields.count("images_gained")};
  }
  point.unharmed = point.weights_changed == 0 && fields.other_memories_work();
  point.energy_j = fields.number("energy_j");
  point.energy_rel = fields.number("energy_rel");
  point.weight_sram_energy_rel = fields.number("weight_sram_energy_rel");
  point.weight_sram_share = fields.number("weight_sram_share");
  point.latency_s = fields.number("latency_s");
  return point;
}

}  // namespace brownout::experiment

#include "sim/experiment/results/point_summary.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "sim/hardware/on_chip_memory.hpp"

namespace brownout::experiment {
namespace {

constexpr const char* kFile = "points.csv";

std::vector<std::string_view> split(std::string_view row) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t comma = row.find(',');
    fields.push_back(row.substr(0, comma));
    if (comma == std::string_view::npos) return fields;
    row.remove_prefix(comma + 1);
  }
}

/// The fields of a row by the names of their columns.
class NamedFields {
 public:
  NamedFields(std::string_view header, std::string_view row) {
    const std::vector<std::string_view> names = split(header), fields = split(row);
    if (fields.size() != names.size()) {
      throw InputError(kFile, "a row has " + std::to_string(fields.size()) +
                                  " fields, its header " + std::to_string(names.size()) + ": " +
                                  std::string(row));
    }
    for (std::size_t i = 0; i < names.size(); ++i) fields_[names[i]] = fields[i];
  }

  std::string_view text(const std::string& name) const {
    const auto found = fields_.find(name);
    if (found == fields_.end()) throw InputError(kFile, "has no column " + name);
    return found->second;
  }
  double number(const std::string& name) const {
    if (const auto value = parse_double(text(name))) return *value;
    throw InputError(kFile, name + ": " + in_quotes(text(name)) + " is no number");
  }
  std::uint64_t count(const std::string& name) const {
    if (const auto value = parse_unsigned(text(name))) return *value;
    throw InputError(kFile, name + ": " + in_quotes(text(name)) + " is no count");
  }
  /// Nothing of an empty field.
  std::optional<double> some(const std::string& name) const {
    if (text(name).empty()) return {};
    return number(name);
  }
  /// Those beside the weight SRAM; they have columns only where one of them may fail.
  bool other_memories_work() const {
    return std::all_of(hardware::kOnChipMemories.begin(), hardware::kOnChipMemories.end(),
                       [&](hardware::OnChipMemory memory) {
                         const std::string name = hardware::to_string(memory) + "_ber";
                         return memory == hardware::OnChipMemory::kWeightSram ||
                                !fields_.contains(name) || some(name).value_or(0) == 0;
                       });
  }

 private:
  std::map<std::string_view, std::string_view> fields_;
};

}  // namespace

PointSummary parse_point_row(std::string_view header, std::string_view row) {
  const NamedFields fields(header, row);
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
  point.unharmed = point.weights_changed == 0 && fields.other_memories_work();
  point.energy_j = fields.number("energy_j");
  point.energy_rel = fields.number("energy_rel");
  point.weight_sram_energy_rel = fields.number("weight_sram_energy_rel");
  point.weight_sram_share = fields.number("weight_sram_share");
  point.latency_s = fields.number("latency_s");
  return point;
}

}  // namespace brownout::experiment

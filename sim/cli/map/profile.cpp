// `brownout map profile`: a memory profile from the measured maps of one or several dies.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <set>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/maps/measured_profile.hpp"
#include "memory/voltage_profile.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/map/input.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/config/map_files.hpp"
#include "sim/config/overrides.hpp"
#include "sim/experiment/results/interval.hpp"
#include "sim/experiment/runner/whole_file.hpp"

namespace brownout::cli {
namespace {

using memory::MeasuredProfile;
using memory::MeasuredRate;
using memory::SparseFaultMap;
using memory::Voltage;

constexpr std::size_t kMostRows = 64;

CommandSpec spec() {
  return {
      .name = "map profile",
      .summary = "a memory profile from measured fault maps",
      .purpose =
          "Counts the failing cells of the maps of one or several dies, in any format that map "
          "convert reads, and writes the error rates as a memory profile for --memory, each with "
          "its count and Wilson's 95 % interval. Energy follows V^2 and leakage V until you add "
          "measured columns.",
      .example = "brownout map profile 'dies/*.csv' --error-free-voltage 0.62 --out my_sram.yaml",
      .positional = "MAPS",
      .options = joined(
          {{{"out", "FILE.yaml", "File that is written. Required."},
            {"voltage", "LIST",
             "Measured voltages: FROM:TO:STEP, values with commas, or both. Default: those of the "
             "tests, else those at which cells fail first."},
            {"error-free-voltage", "V",
             "A measured voltage at which no cell fails. Default: the lowest such one of the "
             "test."},
            {"reference-voltage", "V",
             "Where the energy table's prices hold. Default: the error-free voltage."},
            {"name", "TEXT", "Name of the profile. Default: the name of the file."}},
           map_input_options(),
           output_options()})};
}

struct Dies {
  std::vector<SparseFaultMap> maps;
  std::vector<Voltage> voltages;
  std::uint64_t nesting_violations = 0;
};

// Those at which every die was tested; of maps that do not tell, those of vfail.
std::vector<Voltage> common_voltages(const std::vector<memory::ImportedMap>& read) {
  std::set<Voltage> tested, first_failing;
  bool is_first = true;
  for (const memory::ImportedMap& die : read) {
    for (const memory::Fault& fault : die.map.faults()) {
      if (!fault.vfail.is_infinite()) first_failing.insert(fault.vfail);
    }
    if (const auto lowest = die.map.header().lowest_measured) first_failing.insert(*lowest);
    if (!die.is_test()) continue;
    const std::set<Voltage> these(die.voltages.begin(), die.voltages.end());
    if (is_first) tested = these;
    std::erase_if(tested, [&](Voltage voltage) { return !these.contains(voltage); });
    is_first = false;
  }
  const std::set<Voltage>& chosen = is_first ? first_failing : tested;
  return {chosen.begin(), chosen.end()};
}

Dies read_dies(const Arguments& arguments) {
  const memory::MapImport import = map_import_of(arguments);
  const config::Value where = config::text_value(arguments.positional(), "", "MAPS", {});
  std::vector<memory::ImportedMap> read;
  Dies dies;
  for (const auto& path : config::map_files(where)) {
    read.push_back(memory::read_map(path.string(), import));
    dies.maps.push_back(read.back().map);
    dies.nesting_violations += read.back().nesting_violations;
  }
  dies.voltages = arguments.voltages("voltage").value_or(common_voltages(read));
  if (dies.voltages.size() > kMostRows) {
    fail_option("voltage", fmt::format("is required: cells fail first at {} different voltages",
                                       dies.voltages.size()));
  }
  for (const SparseFaultMap& map : dies.maps) {
    const auto lowest = map.header().lowest_measured;
    if (arguments.has("voltage") || !lowest) continue;
    std::erase_if(dies.voltages, [&](Voltage voltage) { return voltage < *lowest; });
  }
  return dies;
}

MeasuredProfile count(const Arguments& arguments, const Dies& dies) {
  try {
    return memory::measured_profile(dies.maps, dies.voltages,
                                    arguments.voltage("error-free-voltage"));
  } catch (const InputError& error) {
    throw InputError(error.text() + " (--voltage and --error-free-voltage name measured voltages)")
        .within(arguments.positional());
  }
}

// Checked as a profile that is read.
memory::VoltageProfileData data_of(const Arguments& arguments, const Dies& dies,
                                   const MeasuredProfile& profile) {
  const std::filesystem::path out = arguments.required("out");
  const SparseFaultMap& first = dies.maps.front();
  memory::VoltageProfileData data;
  data.name = arguments.text("name").value_or(out.stem().string());
  data.source = fmt::format("measured: {} {} of {} cells; {}", profile.dies,
                            profile.dies == 1 ? "map" : "maps", profile.cells, first.source());
  data.unit = first.header().unit == "V" ? memory::VoltageUnit::kVolts : memory::VoltageUnit::kVmin;
  data.error_free_voltage = profile.error_free;
  data.reference_voltage = arguments.voltage("reference-voltage").value_or(profile.error_free);
  for (const MeasuredRate& rate : profile.rates) {
    if (!rate.is_row) continue;
    data.rows.push_back(
        {.voltage = rate.voltage, .ber = rate.ber, .access_energy = {}, .leakage = {}});
  }
  try {
    static_cast<void>(memory::VoltageProfile(data));
  } catch (const InputError& error) {
    throw error.within(arguments.positional());
  }
  return data;
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("''") : std::string(1, c);
  return result + "'";
}

std::string comment_of(const MeasuredProfile& profile, const MeasuredRate& rate) {
  const auto interval = experiment::wilson_interval(static_cast<std::int64_t>(rate.failing),
                                                    static_cast<std::int64_t>(profile.cells));
  std::string text =
      fmt::format("{} failing, {:.3g} to {:.3g}", rate.failing, interval.low, interval.high);
  if (profile.dies > 1) text += fmt::format("; of a die {} to {}", rate.fewest, rate.most);
  return text;
}

std::string yaml_of(const memory::VoltageProfileData& data, const Dies& dies,
                    const MeasuredProfile& profile) {
  std::string text = fmt::format(
      "# By `brownout map profile`. A cell counts as failing at its highest failing voltage and at "
      "all lower\n# ones. Behind each rate: failing cells of {}, and the 95 % interval (Wilson) as "
      "if cells failed\n# independently of each other; weak bitlines and dies make it wider.\n",
      profile.cells);
  if (dies.nesting_violations > 0) {
    text += fmt::format("# {} cells passed below a voltage at which they failed.\n",
                        dies.nesting_violations);
  }
  if (profile.defects > 0) {
    text += fmt::format("# {} cells that fail at every voltage are left out.\n", profile.defects);
  }
  text += fmt::format(
      "memory_profile:\n  name: {}\n  source: {}\n  unit: {}\n  error_free_voltage: {}\n"
      "  reference_voltage: {}\n  rows:\n",
      quoted(data.name), quoted(data.source), memory::to_string(data.unit),
      data.error_free_voltage.text(), data.reference_voltage.text());
  for (const MeasuredRate& rate : profile.rates) {
    text += fmt::format("    {}- {{voltage: {}, ber: {}}}  # {}{}\n", rate.is_row ? "" : "# ",
                        rate.voltage.text(), format_double(rate.ber), comment_of(profile, rate),
                        rate.is_row ? "" : "; left out: as many as at a voltage beside it");
  }
  return text;
}

Table rate_table(const MeasuredProfile& profile, const std::string& unit) {
  Table table{.key = "rows",
              .columns = {{"voltage", "voltage", unit},
                          {"faults", "faults", "cells"},
                          {"ber", "BER", "share", Style::kRate},
                          {"ci_low", "95 % low", "share", Style::kRate},
                          {"ci_high", "95 % high", "share", Style::kRate},
                          {"row", "in the profile"}},
              .rows = {}};
  for (const MeasuredRate& rate : profile.rates) {
    const auto interval = experiment::wilson_interval(static_cast<std::int64_t>(rate.failing),
                                                      static_cast<std::int64_t>(profile.cells));
    table.rows.push_back({voltage_cell(rate.voltage), rate.failing, rate.ber, interval.low,
                          interval.high, std::string(rate.is_row ? "yes" : "no")});
  }
  return table;
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const std::filesystem::path out = arguments.required("out");
  check_output_file(out, "out");
  const Dies dies = read_dies(arguments);
  const MeasuredProfile profile = count(arguments, dies);
  const memory::VoltageProfileData data = data_of(arguments, dies, profile);
  experiment::write_whole_file(out, yaml_of(data, dies, profile));
  const std::string unit = memory::to_string(data.unit);
  const Report report{
      .facts = {{{"file", "written"}, out.string()},
                {{"source", "source"}, data.source},
                {{"dies", "maps"}, profile.dies},
                {{"cells", "cells"}, profile.cells},
                {{"unit", "unit of voltages"}, unit},
                {{"error_free_voltage", "error-free voltage", unit},
                 voltage_cell(data.error_free_voltage)},
                {{"reference_voltage", "reference voltage", unit},
                 voltage_cell(data.reference_voltage)},
                {{"defects", "at every voltage, left out", "cells"}, profile.defects},
                {{"nesting_violations", "nesting violations", "cells"}, dies.nesting_violations}},
      .table = rate_table(profile, unit)};
  streams.out << render(report, format);
  return 0;
}

}  // namespace

Command map_profile_command() { return {spec(), run}; }

}  // namespace brownout::cli

// Paths and --set act before validation (config::Overrides); counts and seeds, which have no place
// in a file to complain about, replace the validated values.
#include "sim/cli/workload_options.hpp"

#include <limits>

#include "memory/base/input_error.hpp"
#include "sim/cli/terminal_text.hpp"
#include "sim/config/input_codes.hpp"
#include "sim/config/overrides.hpp"
#include "sim/experiment/inputs/asked.hpp"
#include "sim/experiment/inputs/fault_selection.hpp"

namespace brownout::cli {

OptionSpecs joined(const std::vector<OptionSpecs>& lists) {
  OptionSpecs all;
  for (const OptionSpecs& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

OptionSpec network_input_option() {
  return {"input", "MAP",
          "Codes of a real input, where the file leaves it without: the map workload.input, e.g. "
          "'{scale: 0.0078125, signed: true}'."};
}

std::optional<models::InputCodes> network_input_of(const Arguments& arguments) {
  const auto text = arguments.text("input");
  if (!text) return std::nullopt;
  return config::read_input_codes(config::yaml_value(*text, "input", "--input", "."));
}

OptionSpecs image_options() {
  return {
      {"images", "N", "The first N images only. Default: run.images, else all."},
      {"dataset", "DIR",
       "Full data set: the data set's standard files in DIR take the place of the workload's."}};
}

OptionSpecs workload_options() {
  return {{"fault-map", "FILE",
           "Fault map of one chip in place of the workload's chips, in any format that map convert "
           "reads; 'dies/*.csv', one die a file, chip k is file k by name. What a file does not "
           "say goes below memory.chip.import: --set memory.chip.import.unit=V."},
          {"accelerator", "FILE", "Accelerator in place of the workload's."},
          {"memory", "FILE", "Memory profile in place of the workload's."},
          {"mitigate", "LIST",
           "Mitigations in place of the workload's (memory.mitigations), e.g. 'faq' or "
           "'secded: {on_uncorrectable: zero}, faq'."},
          {"set", "KEY=VALUE",
           "Changes one key of the workload or of a file that it includes, e.g. "
           "accelerator.array.rows=16. Repeatable.",
           true},
          {"seed", "N",
           "Seed of generated chips and of everything else random. Default: memory.chip.seed and "
           "run.seed."}};
}

OptionSpecs help_options() { return {{"help", "", "This text."}, {"version", "", "The version."}}; }

OptionSpecs output_options() {
  return joined(
      {{
           {"format", "table|csv|json",
            "Form of the results; csv and json hold raw values: shares 0..1, joules, seconds. "
            "Default: table."},
           {"wide", "",
            "All columns of tables. Without it those leave that do not fit the terminal, or "
            "COLUMNS "
            "of the environment; 100 characters where the output is no terminal."},
           {"quiet", "", "No notes and no progress on standard error."},
       },
       help_options()});
}

Format format_of(const Arguments& arguments) {
  const auto kind =
      parse_format(arguments.choice("format", {"table", "csv", "json"}).value_or("table"));
  return arguments.has("wide") ? Format(kind) : Format(kind, terminal_columns());
}

namespace {

void refuse_network(const std::filesystem::path& file) {
  if (file.extension() != ".onnx" && file.extension() != ".tflite") return;
  throw InputError("a network, not a workload; write one with: brownout init " + file.string())
      .within(file.string());
}

}  // namespace

config::WorkloadConfig load_config(const Arguments& arguments,
                                   const std::vector<config::Setting>& axes) {
  refuse_network(arguments.positional());
  const auto images = arguments.count("images", 1, std::numeric_limits<int>::max());
  const auto seed = arguments.integer("seed", 0, std::numeric_limits<std::uint64_t>::max());
  config::WorkloadConfig config =
      config::load_workload(arguments.positional(), {.accelerator = arguments.path("accelerator"),
                                                     .memory_profile = arguments.path("memory"),
                                                     .fault_map = arguments.path("fault-map"),
                                                     .dataset = arguments.path("dataset"),
                                                     .mitigate = arguments.text("mitigate"),
                                                     .set = arguments.all("set"),
                                                     .axes = axes});
  if (config.memory.weight_sram().chip.maps.size() == 1) arguments.exclude("chip", "fault-map");
  if (images) config.run.images = *images;
  if (seed) experiment::set_seed(config, *seed);
  return config;
}

OptionSpecs operating_point_options() {
  return {{"voltage", "V",
           "Voltage of the weight SRAM, and of what shares its supply, in the unit of the memory "
           "profile. Default: the workload's operating point."},
          {"ber", "P", "Highest voltage at which the bit error rate of the profile is P."}};
}

std::optional<double> set_operating_point(const Arguments& arguments,
                                          config::WorkloadConfig& config) {
  arguments.exclude("voltage", "ber");
  const auto ber = arguments.number("ber", 0, 1);
  experiment::set_operating_point(config, {.voltage = arguments.voltage("voltage"), .ber = ber});
  return ber;
}

Fact ber_fact(std::optional<double> ber) {
  return {{"ber_asked", ber ? "BER asked for" : "", "", Style::kRate}, optional_cell(ber)};
}

std::uint64_t chip_of(const Arguments& arguments) {
  return arguments.integer("chip", 0, std::numeric_limits<std::int32_t>::max()).value_or(0);
}

std::vector<Fact> chip_facts(const config::MemoryConfig& memory, std::uint64_t chip,
                             const std::string& source) {
  std::vector<Fact> facts;
  const config::ChipConfig& chips = memory.weight_sram().chip;
  if (chips.measured()) {
    facts = {{{"fault_map", "fault map"}, chips.maps.at(chip).string()}};
    if (chips.maps.size() > 1) facts.push_back({{"chip", "  chip"}, chip});
  } else {
    facts = {{{"chip", "chip"}, chip}, {{"seed", "  of seed"}, chips.seed}};
  }
  append(facts, {{{"chip_source", "  source"}, source},
                 {{"faults", "  faults that act"}, experiment::describe(memory.faults)}});
  return facts;
}

std::vector<Fact> intermittent_facts(std::size_t cells) {
  const char* const title = cells == 0 ? "" : "  intermittent cells";  // no line without any
  return {{{"intermittent_cells", title, "fail in some inferences only"}, std::uint64_t{cells}}};
}

}  // namespace brownout::cli

// Reads the assembled tree of a workload, section by section.
#include "sim/config/workload_config.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "sim/config/accelerator_config.hpp"
#include "sim/config/document.hpp"
#include "sim/config/energy_config.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::config {
namespace {

constexpr int kNoLimit = std::numeric_limits<int>::max();

struct WorkloadSection {
  std::string name;
  std::filesystem::path network;
  ImagesConfig images;
};

WorkloadSection read_workload(const Value& value, const Overrides& overrides) {
  const MapReader map(value, {"name", "network", "dataset", "preprocess"});
  WorkloadSection section;
  map.read_required("name", section.name);
  section.network = existing_file(map.require("network"));
  section.images = read_images(map.require("dataset"), map.find("preprocess"), overrides.dataset);
  return section;
}

// Without the section the memory runs where it has no errors, and logic at the table's reference.
OperatingPoint default_operating_point(const Value& root, const memory::VoltageProfile& profile,
                                       const energy::EnergyTable& table) {
  return {.weight_sram = profile.data().error_free_voltage,
          .logic_volts = table.reference_volts(energy::Rail::kLogic),
          .place = root.place() + ": operating_point.weight_sram"};
}

void read_operating_point(const Value& value, OperatingPoint& point) {
  const MapReader map(value, {"weight_sram", "logic"});
  if (const Value* voltage = map.find("weight_sram")) {
    convert(*voltage, point.weight_sram);
    point.place = voltage->place();
  }
  if (const Value* logic = map.find("logic")) {
    convert(*logic, point.logic_volts);
    if (!(point.logic_volts > 0)) fail(*logic, logic->text + " is not above 0");
  }
}

// One text, or a list of voltages and ranges.
std::string list_text(const Value& value) {
  if (value.kind != Value::Kind::kList) {
    std::string text;
    convert(value, text);
    return text;
  }
  std::string joined;
  for (const Value& item : value.items) {
    std::string text;
    convert(item, text);
    joined += (joined.empty() ? "" : ",") + text;
  }
  return joined;
}

void read_sweep(const Value& value, SweepConfig& sweep) {
  const MapReader map(value, {"voltages", "chips"});
  map.read_in_range("chips", sweep.chips, 1, kNoLimit);
  const Value* voltages = map.find("voltages");
  if (voltages == nullptr) return;
  sweep.place = voltages->place();
  const std::string text = list_text(*voltages);
  try {
    sweep.voltages = parse_voltage_list(text);
  } catch (const std::runtime_error& error) {
    fail(*voltages, error.what());
  }
}

void read_run(const Value& value, RunConfig& run) {
  const MapReader map(value, {"batch", "seed", "images"});
  map.read_in_range("batch", run.batch, 1, 100000);
  map.read("seed", run.seed);
  if (map.find("images") != nullptr) map.read_in_range("images", run.images.emplace(), 1, kNoLimit);
}

void add_files(std::vector<std::filesystem::path>& files,
               const std::vector<std::filesystem::path>& more) {
  for (const std::filesystem::path& file : more) {
    if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
  }
}

void require_covered(const memory::VoltageProfile& profile, memory::Voltage voltage,
                     const std::string& place) {
  try {
    profile.require_covered(voltage);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(place + ": " + error.what());
  }
}

}  // namespace

WorkloadConfig load_workload(const std::filesystem::path& path, const Overrides& overrides) {
  const Document document = assemble_workload(path, overrides);
  const Value& root = document.root;
  const MapReader map(
      root, {"workload", "accelerator", "energy", "memory", "operating_point", "sweep", "run"});
  WorkloadSection section = read_workload(map.require("workload"), overrides);
  WorkloadConfig config{.name = std::move(section.name),
                        .network = std::move(section.network),
                        .dataset = std::move(section.images.dataset),
                        .preprocess = std::move(section.images.preprocess),
                        .accelerator = read_accelerator(map.require("accelerator")),
                        .energy_table = read_energy_table(map.require("energy")),
                        .memory = read_memory(map.require("memory")),
                        .operating_point = {},
                        .sweep = {},
                        .run = {},
                        .input_files = document.files};
  config.operating_point =
      default_operating_point(root, *config.memory.profile, config.energy_table);
  config.sweep.place = root.place() + ": sweep.voltages";
  if (const Value* point = map.find("operating_point")) {
    read_operating_point(*point, config.operating_point);
  }
  if (const Value* sweep = map.find("sweep")) read_sweep(*sweep, config.sweep);
  if (const Value* run = map.find("run")) read_run(*run, config.run);
  add_files(config.input_files, {config.network});
  add_files(config.input_files, config.dataset.files());
  add_files(config.input_files, config.memory.chip.maps);
  add_files(config.input_files, config.memory.chip.stack);
  if (config.memory.chip.measured()) {
    config.sweep.chips = static_cast<int>(config.memory.chip.maps.size());
  }
  return config;
}

void check_operating_point(const WorkloadConfig& config) {
  require_covered(*config.memory.profile, config.operating_point.weight_sram,
                  config.operating_point.place);
}

void check_sweep(const WorkloadConfig& config) {
  if (config.sweep.voltages.empty()) {
    throw std::runtime_error(config.sweep.place + ": no voltages are given");
  }
  for (const memory::Voltage voltage : config.sweep.voltages) {
    require_covered(*config.memory.profile, voltage, config.sweep.place);
  }
}

}  // namespace brownout::config

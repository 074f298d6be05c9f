// Reads the assembled tree of a workload, section by section.
#include "sim/config/workload_config.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/cells.hpp"
#include "memory/files/read_map.hpp"
#include "sim/config/accelerator_config.hpp"
#include "sim/config/document.hpp"
#include "sim/config/energy_config.hpp"
#include "sim/config/input_codes.hpp"
#include "sim/config/keys.hpp"
#include "sim/config/missing_keys.hpp"
#include "sim/config/section_keys.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::config {
namespace {

constexpr std::array<std::string_view, 2> kTaskNames = {"classification", "reconstruction"};

struct WorkloadSection {
  std::string name;
  std::filesystem::path network;
  std::string made_by;
  std::optional<models::InputCodes> input;
  std::string output, output_place;
  ImagesConfig images;
  Task task = Task::kClassification;
  int normal_label = 0;
};

void read_task(const MapReader& map, WorkloadSection& section) {
  if (const Value* task = map.find("task")) {
    section.task = static_cast<Task>(read_word(*task, kTaskNames));
  }
  const Value* label = map.find("normal_label");
  if (label == nullptr) return;
  if (section.task != Task::kReconstruction) fail(*label, "only task: reconstruction has one");
  map.read_in_range("normal_label", section.normal_label, 0,
                    std::numeric_limits<std::uint16_t>::max());
}

// The error of a network that is to be fetched or made first says how.
std::filesystem::path existing_network(const Value& value, const std::string& made_by) {
  std::filesystem::path path;
  convert(value, path);
  if (!made_by.empty() && !std::filesystem::exists(path)) {
    fail(value, "no such file: " + path.string() + " (made by: " + made_by + ")");
  }
  return existing_file(value);
}

WorkloadSection read_workload(const Value& value, const Overrides& overrides) {
  const MapReader map(value, {"name", "task", "normal_label", "network", "input", "output",
                              "made_by", "dataset", "preprocess"});
  WorkloadSection section;
  map.read_required("name", section.name);
  read_task(map, section);
  map.read("made_by", section.made_by);
  if (const Value* input = map.find("input")) section.input = read_input_codes(*input);
  if (const Value* output = map.find("output")) {
    convert(*output, section.output);
    section.output_place = output->place();
  }
  section.network = existing_network(map.require("network"), section.made_by);
  section.images = read_images(map.require("dataset"), map.find("preprocess"), overrides.dataset);
  return section;
}

void read_sweep(const Value& value, const hardware::Supplies& supplies, const MemoryConfig& memory,
                SweepConfig& sweep) {
  read_keys(value, keys_of(sweep));
  if (const Value* rail = value.find("rail")) {
    sweep.supply = read_swept_supply(*rail, supplies, memory);
  }
  if (const Value* voltages = value.find("voltages")) {
    sweep.place = voltages->place();
    sweep.voltages = read_voltage_list(*voltages);
  }
}

void add_files(std::vector<std::filesystem::path>& files,
               const std::vector<std::filesystem::path>& more) {
  for (const std::filesystem::path& file : more) {
    if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
  }
}

void require_covered(const WorkloadConfig& config, const memory::VoltageProfile& profile,
                     memory::Voltage voltage, const std::string& place) {
  const auto foreign = config.foreign_voltages.find(place);
  if (foreign != config.foreign_voltages.end()) {
    throw InputError(foreign->second).within(place);
  }
  try {
    profile.require_covered(voltage);
  } catch (const InputError& error) {
    throw error.within(place);
  }
}

// Those of a memory that fails are masked one by one.
void check_accumulator_cells(const hardware::AcceleratorSpec& spec) {
  try {
    memory::require_possible(
        hardware::organisation(spec, hardware::OnChipMemory::kAccumulator).geometry());
  } catch (const InputError& error) {
    throw error.within(
        "accelerator: accumulator.depth x array.columns x accumulator.bits with "
        "memory.accumulator");
  }
}

void check_supply(const WorkloadConfig& config, const SupplyPoint& point) {
  for (const hardware::OnChipMemory memory : point.supply.memories) {
    require_covered(config, *config.memory.find(memory)->profile, point.voltage, point.place);
    const auto& msbs = config.memory.protected_msbs;
    if (memory == hardware::OnChipMemory::kWeightSram && msbs) {
      require_covered(config, *msbs->cells.profile, point.voltage, point.place);
    }
  }
}

}  // namespace

WorkloadConfig load_workload(const std::filesystem::path& path, const Overrides& overrides) {
  const Document document = assemble_workload(path, overrides);
  const Value& root = document.root;
  const MapReader map(
      root, {"workload", "accelerator", "energy", "memory", "operating_point", "sweep", "run"});
  require_workload_keys(root);
  WorkloadSection section = read_workload(map.require("workload"), overrides);
  WorkloadConfig config{.name = std::move(section.name),
                        .task = section.task,
                        .normal_label = section.normal_label,
                        .network = std::move(section.network),
                        .made_by = std::move(section.made_by),
                        .input = section.input,
                        .output = std::move(section.output),
                        .output_place = std::move(section.output_place),
                        .dataset = std::move(section.images.dataset),
                        .preprocess = std::move(section.images.preprocess),
                        .accelerator = read_accelerator(map.require("accelerator")),
                        .energy_table = read_energy_table(map.require("energy")),
                        .memory = read_memory(map.require("memory")),
                        .operating_point = OperatingPoint{},
                        .sweep = SweepConfig{},
                        .run = RunConfig{},
                        .foreign_voltages = {},
                        .input_files = document.files};
  const hardware::Supplies& supplies = config.accelerator.supplies;
  check_joined_memories(map.require("accelerator"), supplies, config.memory);
  config.operating_point = read_operating_point(root, supplies, config.memory, config.energy_table);
  config.sweep.place = root.place() + ": sweep.voltages";
  config.sweep.supply = supplies.of(hardware::OnChipMemory::kWeightSram);
  if (const Value* sweep = map.find("sweep")) {
    read_sweep(*sweep, supplies, config.memory, config.sweep);
  }
  if (const Value* run = map.find("run")) read_keys(*run, keys_of(config.run));
  config.foreign_voltages =
      foreign_voltages(document, supplies, config.memory, config.sweep.supply);
  if (config.memory.find(hardware::OnChipMemory::kAccumulator) != nullptr) {
    check_accumulator_cells(config.accelerator);
  }
  add_files(config.input_files, {config.network});
  add_files(config.input_files, config.dataset.files());
  for (const auto& [which, memory] : config.memory.memories) {
    for (const std::filesystem::path& chip : memory.chip.maps) {
      add_files(config.input_files, memory::files_of_map(chip.string()));
    }
    add_files(config.input_files, memory.chip.stack);
    if (const auto scramble = memory.chip.import.text("scramble")) {
      add_files(config.input_files, {*scramble});
    }
  }
  if (const std::size_t maps = config.memory.map_count(); maps > 0) {
    config.sweep.chips = static_cast<int>(maps);
  }
  return config;
}

std::string to_string(Task task) {
  return std::string(kTaskNames.at(static_cast<std::size_t>(task)));
}

void check_operating_point(const WorkloadConfig& config) {
  for (const SupplyPoint& point : config.operating_point.supplies) check_supply(config, point);
}

void check_sweep(const WorkloadConfig& config) {
  const SweepConfig& sweep = config.sweep;
  if (sweep.voltages.empty()) throw InputError("no voltages are given").within(sweep.place);
  for (SupplyPoint point : config.operating_point.supplies) {
    if (point.supply != sweep.supply) {
      check_supply(config, point);
      continue;
    }
    point.place = sweep.place;
    for (const memory::Voltage voltage : sweep.voltages) {
      point.voltage = voltage;
      check_supply(config, point);
    }
  }
}

}  // namespace brownout::config

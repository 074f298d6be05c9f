// Reads the assembled tree of a workload, section by section.
#include "sim/config/workload_config.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "memory/cells.hpp"
#include "memory/files/read_map.hpp"
#include "memory/numbers/text_number.hpp"
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
  std::string made_by;
  std::string output, output_place;
  ImagesConfig images;
  Task task = Task::kClassification;
  int normal_label = 0;
};

void read_task(const MapReader& map, WorkloadSection& section) {
  if (const Value* task = map.find("task")) {
    std::string text;
    convert(*task, text);
    if (text != "classification" && text != "reconstruction") {
      fail(*task, "'" + text + "' is not one of classification, reconstruction");
    }
    if (text == "reconstruction") section.task = Task::kReconstruction;
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
  const MapReader map(value, {"name", "task", "normal_label", "network", "output", "made_by",
                              "dataset", "preprocess"});
  WorkloadSection section;
  map.read_required("name", section.name);
  read_task(map, section);
  map.read("made_by", section.made_by);
  if (const Value* output = map.find("output")) {
    convert(*output, section.output);
    section.output_place = output->place();
  }
  section.network = existing_network(map.require("network"), section.made_by);
  section.images = read_images(map.require("dataset"), map.find("preprocess"), overrides.dataset);
  return section;
}

// Without the section the memories run where they have no errors, and logic at the table's
// reference.
OperatingPoint default_operating_point(const Value& root, const MemoryConfig& memory,
                                       const energy::EnergyTable& table) {
  return error_free({.weight_sram = {},
                     .activation_sram = RailPoint{},
                     .accumulator = RailPoint{},
                     .logic_volts = table.reference_volts(energy::Rail::kLogic),
                     .place = root.place() + ": operating_point.weight_sram"},
                    memory);
}

void read_rail(const MapReader& map, const std::string& key, bool is_faulty, RailPoint& point) {
  const Value* voltage = map.find(key);
  if (voltage == nullptr) return;
  if (!is_faulty) fail(*voltage, "memory." + key + " is not given: that memory is error-free");
  convert(*voltage, point.voltage);
  point.place = voltage->place();
}

void read_operating_point(const Value& value, const MemoryConfig& memory, OperatingPoint& point) {
  const MapReader map(value, {"weight_sram", "activation_sram", "accumulator", "logic"});
  if (const Value* voltage = map.find("weight_sram")) {
    convert(*voltage, point.weight_sram);
    point.place = voltage->place();
  }
  read_rail(map, "activation_sram", memory.activation_sram.has_value(), point.activation_sram);
  read_rail(map, "accumulator", memory.accumulator.has_value(), point.accumulator);
  if (const Value* logic = map.find("logic")) {
    const double highest = memory::kMostOverReference * point.logic_volts;  // that is, the default
    convert(*logic, point.logic_volts);
    if (!(point.logic_volts > 0)) fail(*logic, logic->text + " is not above 0");
    if (point.logic_volts > highest) {
      fail(*logic, logic->text + " is above " + memory::format_double(highest) + " V, " +
                       std::to_string(memory::kMostOverReference) +
                       " x the reference voltage of the energy table");
    }
  }
}

hardware::OnChipMemory read_swept_rail(const Value& value, const MemoryConfig& memory) {
  std::string text;
  convert(value, text);
  hardware::OnChipMemory rail{};
  try {
    rail = hardware::parse_on_chip_memory(text);
  } catch (const std::runtime_error& error) {
    fail(value, error.what());
  }
  if (memory.find(rail) == nullptr) {
    fail(value, key_of(rail) + " is not given: that memory is error-free");
  }
  return rail;
}

void read_sweep(const Value& value, const MemoryConfig& memory, SweepConfig& sweep) {
  const MapReader map(value, {"rail", "voltages", "chips"});
  if (const Value* rail = map.find("rail")) sweep.rail = read_swept_rail(*rail, memory);
  map.read_in_range("chips", sweep.chips, 1, kNoLimit);
  const Value* voltages = map.find("voltages");
  if (voltages == nullptr) return;
  sweep.place = voltages->place();
  sweep.voltages = read_voltage_list(*voltages);
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

void require_covered(const WorkloadConfig& config, const memory::VoltageProfile& profile,
                     memory::Voltage voltage, const std::string& place) {
  const auto foreign = config.foreign_voltages.find(place);
  if (foreign != config.foreign_voltages.end()) {
    throw std::runtime_error(place + ": " + foreign->second);
  }
  try {
    profile.require_covered(voltage);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(place + ": " + error.what());
  }
}

// Those of a memory that fails are masked one by one.
void check_accumulator_cells(const hardware::AcceleratorSpec& spec) {
  try {
    memory::require_possible(
        hardware::organisation(spec, hardware::OnChipMemory::kAccumulator).geometry());
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(
        "accelerator: accumulator.depth x array.columns x accumulator.bits with "
        "memory.accumulator: " +
        std::string(error.what()));
  }
}

const std::string& place_of(const OperatingPoint& point, hardware::OnChipMemory memory) {
  if (memory == hardware::OnChipMemory::kActivationSram) return point.activation_sram.place;
  if (memory == hardware::OnChipMemory::kAccumulator) return point.accumulator.place;
  return point.place;
}

void check_rail(const WorkloadConfig& config, hardware::OnChipMemory memory) {
  const FaultyMemory* found = config.memory.find(memory);
  if (found == nullptr) return;
  require_covered(config, *found->profile, config.operating_point.voltage(memory),
                  place_of(config.operating_point, memory));
}

}  // namespace

WorkloadConfig load_workload(const std::filesystem::path& path, const Overrides& overrides) {
  const Document document = assemble_workload(path, overrides);
  const Value& root = document.root;
  const MapReader map(
      root, {"workload", "accelerator", "energy", "memory", "operating_point", "sweep", "run"});
  WorkloadSection section = read_workload(map.require("workload"), overrides);
  WorkloadConfig config{.name = std::move(section.name),
                        .task = section.task,
                        .normal_label = section.normal_label,
                        .network = std::move(section.network),
                        .made_by = std::move(section.made_by),
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
  config.operating_point = default_operating_point(root, config.memory, config.energy_table);
  config.sweep.place = root.place() + ": sweep.voltages";
  if (const Value* point = map.find("operating_point")) {
    read_operating_point(*point, config.memory, config.operating_point);
  }
  if (const Value* sweep = map.find("sweep")) read_sweep(*sweep, config.memory, config.sweep);
  if (const Value* run = map.find("run")) read_run(*run, config.run);
  config.foreign_voltages = foreign_voltages(document, config.memory, config.sweep.rail);
  if (config.memory.accumulator) check_accumulator_cells(config.accelerator);
  add_files(config.input_files, {config.network});
  add_files(config.input_files, config.dataset.files());
  for (const hardware::OnChipMemory memory : hardware::kOnChipMemories) {
    const FaultyMemory* found = config.memory.find(memory);
    if (found == nullptr) continue;
    for (const std::filesystem::path& chip : found->chip.maps) {
      add_files(config.input_files, memory::files_of_map(chip.string()));
    }
    add_files(config.input_files, found->chip.stack);
    if (const auto scramble = found->chip.import.text("scramble")) {
      add_files(config.input_files, {*scramble});
    }
  }
  if (const std::size_t maps = config.memory.map_count(); maps > 0) {
    config.sweep.chips = static_cast<int>(maps);
  }
  return config;
}

std::string to_string(Task task) {
  return task == Task::kClassification ? "classification" : "reconstruction";
}

OperatingPoint error_free(const OperatingPoint& point, const MemoryConfig& memory) {
  OperatingPoint result = point;
  for (const hardware::OnChipMemory which : hardware::kOnChipMemories) {
    if (const FaultyMemory* found = memory.find(which)) {
      result.set(which, found->profile->data().error_free_voltage);
    }
  }
  return result;
}

void OperatingPoint::set(hardware::OnChipMemory memory, memory::Voltage voltage) {
  switch (memory) {
    case hardware::OnChipMemory::kWeightSram:
      weight_sram = voltage;
      return;
    case hardware::OnChipMemory::kActivationSram:
      activation_sram.voltage = voltage;
      return;
    case hardware::OnChipMemory::kAccumulator:
      accumulator.voltage = voltage;
      return;
  }
  throw std::logic_error("unknown memory");
}

memory::Voltage OperatingPoint::voltage(hardware::OnChipMemory memory) const {
  switch (memory) {
    case hardware::OnChipMemory::kWeightSram:
      return weight_sram;
    case hardware::OnChipMemory::kActivationSram:
      return activation_sram.voltage;
    case hardware::OnChipMemory::kAccumulator:
      return accumulator.voltage;
  }
  throw std::logic_error("unknown memory");
}

void check_operating_point(const WorkloadConfig& config) {
  for (const hardware::OnChipMemory memory : hardware::kOnChipMemories) check_rail(config, memory);
}

void check_sweep(const WorkloadConfig& config) {
  if (config.sweep.voltages.empty()) {
    throw std::runtime_error(config.sweep.place + ": no voltages are given");
  }
  const memory::VoltageProfile& swept = *config.memory.find(config.sweep.rail)->profile;
  for (const memory::Voltage voltage : config.sweep.voltages) {
    require_covered(config, swept, voltage, config.sweep.place);
  }
  for (const hardware::OnChipMemory memory : hardware::kOnChipMemories) {
    if (memory != config.sweep.rail) check_rail(config, memory);
  }
}

}  // namespace brownout::config

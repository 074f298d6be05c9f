// The workload file with everything that it refers to, as validated plain values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "memory/voltage.hpp"
#include "models/datasets/dataset.hpp"
#include "models/input_codes.hpp"
#include "sim/config/dataset_config.hpp"
#include "sim/config/memory_config.hpp"
#include "sim/config/operating_point.hpp"
#include "sim/config/overrides.hpp"
#include "sim/config/voltage_list.hpp"
#include "sim/config/written_units.hpp"
#include "sim/energy/energy_table.hpp"
#include "sim/hardware/accelerator_spec.hpp"

namespace brownout::config {

struct SweepConfig {
  hardware::Supply supply;  ///< whose voltages these are: by default the weight SRAM's
  std::vector<memory::Voltage> voltages;
  /// The bit error rates that voltages stand for (set_rates); without any, voltages were asked for.
  std::map<memory::Voltage, std::vector<double>> rates = {};
  int chips = 10;
  std::string place;  ///< "FILE:LINE: sweep.voltages", for errors
};

struct RunConfig {
  int batch = 100;            ///< images that the engine takes at once; never changes a result
  std::uint64_t seed = 0;     ///< of everything random but the chips
  std::optional<int> images;  ///< the first so many of the data set; default: all
};

/// What the network is for, and so what it is measured by.
enum class Task : std::uint8_t { kClassification, kReconstruction };

std::string to_string(Task task);

struct WorkloadConfig {
  std::string name;
  Task task = Task::kClassification;
  int normal_label = 0;  ///< kReconstruction: images of any other label are anomalous
  std::filesystem::path network;
  std::string made_by;  ///< command or address that the network comes from; may be empty
  std::optional<models::InputCodes> input;  ///< where the file leaves it in real numbers
  std::string output;        ///< the one that is scored, as the network names it; empty: its first
  std::string output_place;  ///< "FILE:LINE: workload.output", for errors
  DatasetConfig dataset;
  models::Preprocess preprocess;
  hardware::AcceleratorSpec accelerator;
  energy::EnergyTable energy_table;
  MemoryConfig memory;
  OperatingPoint operating_point;
  SweepConfig sweep;
  RunConfig run;
  ForeignVoltages foreign_voltages;  ///< refused where an option has not taken their place
  /// Every file that was read or is named, in a fixed order, each once.
  std::vector<std::filesystem::path> input_files;

  /// Of the first memory on the supply that is swept: what tells of the whole supply.
  const memory::VoltageProfile& swept_profile() const {
    return *memory.find(sweep.supply.memories.front())->profile;
  }
};

/// Throws InputError "FILE:LINE: key: what is wrong" or "--set key: what is wrong". Checks
/// that named files exist, not what the network, the images or the fault map hold.
WorkloadConfig load_workload(const std::filesystem::path& path, const Overrides& overrides = {});

/// These throw, with file and line, when a profile does not cover the voltages: a run needs its
/// operating point, a sweep its list and the operating points of the supplies that it does not
/// sweep.
void check_operating_point(const WorkloadConfig& config);
void check_sweep(const WorkloadConfig& config);

/// Every key of the schema with the value in force, defaults included, in a fixed order; numbers
/// round-trip. For manifests.
std::vector<std::pair<std::string, std::string>> resolved_configuration(
    const WorkloadConfig& config);

}  // namespace brownout::config

#include "sim/experiment/workbench.hpp"

#include <set>
#include <stdexcept>
#include <utility>
#include <variant>

#include "memory/encoding.hpp"
#include "memory/generators.hpp"
#include "memory/keyed_random.hpp"
#include "memory/noisy_fault_map.hpp"
#include "memory/sparse_fault_map.hpp"
#include "memory/stacked_fault_map.hpp"
#include "models/network_import.hpp"
#include "sim/experiment/dataset_loader.hpp"
#include "sim/experiment/fault_selection.hpp"
#include "sim/experiment/placed_map.hpp"
#include "sim/timing/program_cycles.hpp"

namespace brownout::experiment {
namespace {

/// Labels that a classification can be right about.
void check_labels(const Workbench& bench) {
  const std::filesystem::path file = bench.config.dataset.files().back();
  if (bench.labels.empty()) {
    throw std::runtime_error(file.string() +
                             ": y: no such array in the file; only workload.task: reconstruction "
                             "does without labels");
  }
  const std::int64_t classes = bench.network.tensor(bench.network.output).shape.size();
  for (const std::uint16_t label : bench.labels) {
    if (label >= classes) {
      throw std::runtime_error(file.string() + ": label " + std::to_string(label) +
                               " but the network has " + std::to_string(classes) + " outputs");
    }
  }
}

/// Output and input must have their elements in one order: NHWC here, while a flat output has that
/// of the source file.
void check_reconstruction(const Workbench& bench) {
  const models::Shape& input = bench.network.tensor(bench.network.input).shape;
  const models::Shape& output = bench.network.tensor(bench.network.output).shape;
  const bool one_order = input.channels == 1 || input.height * input.width == 1;
  if (output == input || (one_order && output.size() == input.size())) return;
  const auto text = [](const models::Shape& shape) {
    return std::to_string(shape.channels) + "x" + std::to_string(shape.height) + "x" +
           std::to_string(shape.width);
  };
  throw std::runtime_error(bench.config.network.string() +
                           ": workload.task: reconstruction needs an output of the input's "
                           "shape: the input is " +
                           text(input) + " (channels x height x width), the output " +
                           text(output));
}

/// The first `images` of the data set, as the workload asks for.
void load_images(const config::WorkloadConfig& config, Workbench& bench) {
  const models::Dataset dataset = load_dataset(config.dataset, config.run.images);
  const models::ActivationTensor& input = bench.network.tensor(bench.network.input);
  const std::int64_t images = config.run.images.value_or(static_cast<int>(dataset.size()));
  if (images > dataset.size()) {
    throw std::runtime_error("run.images: " + std::to_string(images) + " asked for, " +
                             config.dataset.files().front().string() + " holds " +
                             std::to_string(dataset.size()));
  }
  bench.codes = models::quantize_images(dataset, config.preprocess, input, 0, images,
                                        bench.network.arithmetic);
  if (!dataset.labels.empty()) {
    bench.labels.assign(dataset.labels.begin(), dataset.labels.begin() + images);
  }
  if (config.task == config::Task::kClassification) return check_labels(bench);
  check_reconstruction(bench);
  bench.inputs = models::preprocess_images(dataset, config.preprocess, input.shape, 0, images);
  for (const std::uint16_t label : bench.labels) {
    bench.anomalous.push_back(label != config.normal_label);
  }
}

// Not every code has room for the lowest value of its width.
void check_encoding(const Workbench& bench) {
  const memory::Encoding encoding = bench.config.memory.encoding;
  for (const models::Node& node : bench.network.nodes) {
    const auto* convolution = std::get_if<models::Convolution>(&node);
    if (convolution == nullptr) continue;
    try {
      memory::require_storable(encoding, convolution->weights, convolution->weight_bits);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error("memory.encoding: " + bench.config.network.string() + ": tensor '" +
                               convolution->weight_name + "': " + error.what());
    }
  }
}

using machine::OnChipMemory;

memory::SramGeometry geometry_of(const Workbench& bench, OnChipMemory which) {
  return machine::organisation(bench.program.spec, which).geometry();
}

std::unique_ptr<memory::FaultMap> require_fit(const Workbench& bench, OnChipMemory which,
                                              memory::SparseFaultMap map,
                                              const std::filesystem::path& path,
                                              const std::string& advice) {
  if (map.geometry() != geometry_of(bench, which)) {
    const std::string verb = which == OnChipMemory::kAccumulator ? "have " : "has ";
    throw std::runtime_error(path.string() + ": the map is of " +
                             memory::to_string(map.geometry()) + ", the " + machine::title(which) +
                             " of '" + bench.config.accelerator.name + "' " + verb +
                             memory::to_string(geometry_of(bench, which)) + advice);
  }
  if (map.header().unit != bench.unit(which)) {
    throw std::runtime_error(path.string() + ": the map's unit is " + map.header().unit +
                             ", the memory profile's is " + bench.unit(which));
  }
  return std::make_unique<memory::SparseFaultMap>(std::move(map));
}

std::unique_ptr<memory::FaultMap> read_map_of_chip(const Workbench& bench, OnChipMemory which,
                                                   std::uint64_t chip) {
  const config::ChipConfig& chips = bench.config.memory.find(which)->chip;
  return require_fit(bench, which, placed_map(chips, chip, geometry_of(bench, which)),
                     chips.maps.at(chip),
                     "; " + config::key_of(which) + ".chip.fold puts it there");
}

/// A map of the chip's stack.
std::unique_ptr<memory::FaultMap> read_layer(const Workbench& bench, OnChipMemory which,
                                             const std::filesystem::path& path) {
  return require_fit(bench, which, memory::read_fault_map_csv(path), path, "");
}

/// Chips of one seed have independent faults in each of their memories.
std::uint64_t seed_of(OnChipMemory which, std::uint64_t seed, std::uint64_t chip) {
  if (which == OnChipMemory::kWeightSram) return memory::chip_seed(seed, chip);
  return memory::chip_seed(memory::keyed_hash(seed, static_cast<std::uint64_t>(which)), chip);
}

}  // namespace

std::span<const std::uint8_t> Workbench::image_codes(std::int64_t first, std::int64_t count) const {
  const auto size = static_cast<std::size_t>(network.tensor(network.input).shape.size());
  return std::span(codes).subspan(static_cast<std::size_t>(first) * size,
                                  static_cast<std::size_t>(count) * size);
}

std::int64_t Workbench::images() const {
  return static_cast<std::int64_t>(codes.size()) / network.tensor(network.input).shape.size();
}

Metric Workbench::metric() const {
  if (config.task == config::Task::kClassification) return Metric::kTop1;
  const bool both = std::set<bool>(anomalous.begin(), anomalous.end()).size() == 2;
  return both ? Metric::kAuc : Metric::kReconstructionMse;
}

memory::Voltage Workbench::error_free_voltage() const {
  return config.memory.profile->data().error_free_voltage;
}

std::string Workbench::unit(machine::OnChipMemory memory) const {
  return memory::to_string(config.memory.find(memory)->profile->data().unit);
}

Workbench make_workbench(const config::WorkloadConfig& config) {
  Workbench bench{.config = config,
                  .network = models::import_network(config.network),
                  .weights = {},
                  .codes = {},
                  .labels = {},
                  .inputs = {},
                  .anomalous = {},
                  .program = {},
                  .faults = {},
                  .times = {},
                  .counts = {}};
  check_encoding(bench);
  bench.faults = select_faults(config.memory.faults, bench.network);
  bench.weights = models::clean_weights(bench.network);
  try {
    bench.program = schedule::make_program(bench.network, config.accelerator);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(config.network.string() + " on accelerator '" +
                             config.accelerator.name + "': " + error.what());
  }
  bench.times = timing::program_times(bench.program);
  bench.counts = timing::static_counts(bench.program, bench.network, bench.times);
  load_images(config, bench);
  for (const OnChipMemory memory : machine::kOnChipMemories) {
    const config::FaultyMemory* found = config.memory.find(memory);
    if (found == nullptr) continue;
    for (std::uint64_t chip = 0; chip < found->chip.maps.size(); ++chip) {
      read_map_of_chip(bench, memory, chip);
    }
    for (const std::filesystem::path& map : found->chip.stack) read_layer(bench, memory, map);
  }
  return bench;
}

namespace {

// Without the layers that any chip may have.
std::unique_ptr<memory::FaultMap> make_bare_chip(const Workbench& bench, OnChipMemory which,
                                                 std::uint64_t chip) {
  const config::FaultyMemory& memory = *bench.config.memory.find(which);
  const config::ChipConfig& source = memory.chip;
  if (source.measured()) {
    if (chip >= source.maps.size()) {
      throw std::runtime_error(
          "chip " + std::to_string(chip) + ": " +
          (source.maps.size() == 1
               ? "a fault map is one chip, 0"
               : "the maps are those of chips 0 to " + std::to_string(source.maps.size() - 1)));
    }
    return read_map_of_chip(bench, which, chip);
  }
  auto generated = source.generator->make({geometry_of(bench, which), memory.profile,
                                           source.mixture, seed_of(which, source.seed, chip)},
                                          source.parameters);
  if (source.sigma_read == 0) return generated;
  return std::make_unique<memory::NoisyFaultMap>(std::move(generated), source.sigma_read);
}

}  // namespace

std::unique_ptr<memory::FaultMap> make_chip(const Workbench& bench, std::uint64_t chip,
                                            OnChipMemory which) {
  const config::FaultyMemory* memory = bench.config.memory.find(which);
  if (memory == nullptr) return nullptr;
  const config::ChipConfig& source = memory->chip;
  std::vector<std::unique_ptr<memory::FaultMap>> layers;
  layers.push_back(make_bare_chip(bench, which, chip));
  if (source.defects) {
    layers.push_back(std::make_unique<memory::DefectMap>(geometry_of(bench, which), *source.defects,
                                                         seed_of(which, source.seed, chip)));
  }
  for (const std::filesystem::path& path : source.stack) {
    layers.push_back(read_layer(bench, which, path));
  }
  if (layers.size() == 1) return std::move(layers.front());
  return std::make_unique<memory::StackedFaultMap>(std::move(layers));
}

}  // namespace brownout::experiment

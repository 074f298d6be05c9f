#include "sim/experiment/session/workbench.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>
#include <variant>

#include "memory/encoding.hpp"
#include "models/network_import.hpp"
#include "sim/experiment/inputs/dataset_loader.hpp"
#include "sim/experiment/inputs/fault_selection.hpp"
#include "sim/experiment/inputs/npz_dataset.hpp"
#include "sim/experiment/inputs/output_choice.hpp"
#include "sim/experiment/session/input_check.hpp"
#include "sim/experiment/session/sum_bits.hpp"
#include "sim/schedule/program_builder.hpp"
#include "sim/timing/program_cycles.hpp"

namespace brownout::experiment {
namespace {

/// Labels that a classification can be right about.
void check_labels(const Workbench& bench) {
  const std::filesystem::path file = bench.config.dataset.files().back();
  if (bench.labels.empty()) {
    throw std::runtime_error(file.string() + ": y: no such array in the file; it holds " +
                             npz_arrays(file) +
                             "; only workload.task: reconstruction does without labels");
  }
  const std::int64_t classes = bench.network.tensor(bench.network.output).shape.size();
  const auto greatest = std::max_element(bench.labels.begin(), bench.labels.end());
  if (*greatest < classes) return;
  const char* hint = *greatest == classes ? " (do yours begin at 1?)" : "";
  if (bench.config.dataset.format == config::DatasetFormat::kImageFolder) {
    hint = " (every folder is a class)";
  }
  throw std::runtime_error(file.string() + ": label " + std::to_string(*greatest) +
                           ", but the network has " + std::to_string(classes) +
                           " outputs: labels are 0.." + std::to_string(classes - 1) + hint);
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
  const models::ActivationTensor& input = bench.network.tensor(bench.network.input);
  const models::Dataset dataset = load_dataset(config.dataset, input.shape, config.run.images);
  const std::int64_t images = config.run.images.value_or(static_cast<int>(dataset.size()));
  if (images > dataset.size()) {
    throw std::runtime_error("run.images: " + std::to_string(images) + " asked for, " +
                             config.dataset.files().front().string() + " holds " +
                             std::to_string(dataset.size()));
  }
  bench.codes = models::quantize_images(dataset, config.preprocess, input, 0, images,
                                        bench.network.arithmetic);
  constexpr std::int64_t kLookedAt = 100;  // more say no more about their range
  const std::string note =
      input_range_note(models::preprocess_images(dataset, config.preprocess, input.shape, 0,
                                                 std::min(images, kLookedAt)),
                       input);
  if (!note.empty()) bench.notes.push_back(note);
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

hardware::AcceleratorSpec with_check_bits(const config::WorkloadConfig& config) {
  hardware::AcceleratorSpec spec = config.accelerator;
  spec.weight_sram.check_bits = static_cast<int>(config.memory.scheme.code->check_bits());
  return spec;
}

// Not every code has room for the lowest value of its width.
void check_encoding(const Workbench& bench) {
  const memory::Encoding encoding = bench.config.memory.scheme.encoding;
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

}  // namespace

std::span<const std::uint8_t> Workbench::image_codes(std::int64_t first, std::int64_t count) const {
  const auto size = static_cast<std::size_t>(network.tensor(network.input).shape.size());
  return std::span(codes).subspan(static_cast<std::size_t>(first) * size,
                                  static_cast<std::size_t>(count) * size);
}

storage::WordPath Workbench::word_path(const storage::FaultFilter& acting) const {
  return {config.memory.scheme, program.spec.weight_sram.organisation(), acting};
}

std::int64_t Workbench::images() const {
  return static_cast<std::int64_t>(codes.size()) / network.tensor(network.input).shape.size();
}

Metric Workbench::metric() const {
  if (config.task == config::Task::kClassification) return Metric::kTop1;
  const bool both = std::set<bool>(anomalous.begin(), anomalous.end()).size() == 2;
  return both ? Metric::kAuc : Metric::kReconstructionMse;
}

std::string Workbench::accuracy_note(double top1) const {
  return guessing_note(top1, images(), network.tensor(network.output).shape.size());
}

memory::Voltage Workbench::error_free_voltage() const {
  return config.memory.weight_sram().profile->data().error_free_voltage;
}

const hardware::Supply& Workbench::supply(const std::string& name) const {
  const hardware::Supplies& supplies = config.accelerator.supplies;
  return name.empty() ? supplies.of(hardware::OnChipMemory::kWeightSram)
                      : supplies.of_memories(name);
}

std::string Workbench::unit(hardware::OnChipMemory memory) const {
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
                  .layout = {},
                  .image = {},
                  .faults = {},
                  .times = {},
                  .counts = {},
                  .notes = {}};
  choose_output(config, bench.network, bench.notes);
  check_encoding(bench);
  bench.faults = select_faults(config.memory.faults, bench.network);
  bench.weights = models::clean_weights(bench.network);
  try {
    bench.program = schedule::make_program(bench.network, with_check_bits(config));
    bench.layout = schedule::lay_out(bench.program);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(config.network.string() + " on accelerator '" +
                             config.accelerator.name + "': " + error.what());
  }
  bench.image =
      storage::WeightImage(bench.program, bench.layout, bench.weights, bench.word_path({}));
  bench.times = timing::program_times(bench.program, bench.layout);
  bench.counts = timing::static_counts(bench.program, bench.network, bench.times);
  const std::string note = accumulator_note(bench.network, config.accelerator);
  if (!note.empty()) bench.notes.push_back(note);
  load_images(config, bench);
  return bench;
}

}  // namespace brownout::experiment

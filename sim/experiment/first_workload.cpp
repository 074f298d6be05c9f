#include "sim/experiment/first_workload.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "memory/base/arithmetic.hpp"
#include "memory/base/input_error.hpp"
#include "sim/config/accelerator_config.hpp"
#include "sim/config/section_keys.hpp"
#include "sim/experiment/network_plan.hpp"
#include "sim/hardware/key.hpp"

namespace brownout::experiment {
namespace {

using std::filesystem::path;

constexpr const char* kAccelerators[] = {"edge_32x32", "edge_32x32_streaming", "vision_64x64"};

AcceleratorFit fit_of(const path& file, const models::QuantizedNetwork& network) {
  const hardware::AcceleratorSpec spec = config::load_accelerator(file).spec;
  AcceleratorFit fit{.file = file, .name = spec.name, .placement = to_string(spec.placement)};
  try {
    const NetworkPlan plan = plan_network(network, spec);
    fit.weights = share(plan.program.weight_words, spec.weight_sram.organisation().words);
    fit.activations = share(plan.program.activation_bytes,
                            static_cast<std::uint64_t>(spec.activation_sram.capacity_bytes()));
    fit.latency_s = static_cast<double>(plan.times.total) / spec.clock_hz;
    const bool resident = spec.placement == hardware::Placement::kResident;
    if (resident && !plan.weights_fit) fit.too_small = "weight SRAM";
    if (!plan.activations_fit) fit.too_small = "activation SRAM";
  } catch (const InputError& error) {
    fit.too_small = error.text();
  }
  return fit;
}

/// As a YAML scalar: in quotes where it could be read as anything but text.
std::string scalar(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+";
  const bool plain = text.find_first_not_of(kPlain) == std::string::npos &&
                     text.find_first_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") !=
                         std::string::npos &&
                     text.front() != '-';
  if (plain) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

class Yaml {
 public:
  explicit Yaml(const FirstWorkload& workload) : workload_(workload) {}

  std::string text() {
    line(
        "# Written by brownout init. Lines that say \"guessed\" are worth a look; every key is in");
    line("# docs/configuration.md. Paths are relative to this file.");
    line("workload:");
    line("  name: " + scalar(workload_.file.stem().string()));
    if (workload_.images && workload_.images->reconstruction) {
      line("  task: reconstruction   # guessed: the output has the input's shape");
    }
    line("  network: " + relative(workload_.network_file));
    if (workload_.input) input_codes(*workload_.input);
    if (workload_.images) {
      dataset(*workload_.images);
      preprocess(*workload_.images);
    } else {
      data_to_fill_in();
    }
    machine();
    return std::move(text_);
  }

 private:
  void line(const std::string& text) { text_ += text + "\n"; }

  std::string relative(const path& file) const {
    const path from = std::filesystem::absolute(workload_.file).lexically_normal().parent_path();
    const path to = std::filesystem::absolute(file).lexically_normal();
    // A path through the root would break where either side moves.
    const bool near = *std::next(from.begin()) == *std::next(to.begin());
    return scalar((near ? to.lexically_relative(from) : to).generic_string());
  }

  void input_codes(models::InputCodes input) {
    std::string codes;
    for (const hardware::Key& key : config::keys_of(input)) {
      codes += (codes.empty() ? "" : ", ") + key.name + ": " + key.text();
    }
    line("  input: {" + codes + "}");
  }

  void dataset(const GuessedImages& images) {
    const config::DatasetConfig& dataset = images.dataset;
    line(fmt::format("  dataset:   # guessed: stands beside the network and fits it; {} images",
                     images.images));
    line("    format: " + to_string(dataset.format));
    if (!dataset.images.empty()) line("    images: " + relative(dataset.images));
    if (!dataset.labels.empty()) line("    labels: " + relative(dataset.labels));
    if (!dataset.batches.empty()) line("    batches: [" + relative(dataset.batches.front()) + "]");
    if (!dataset.file.empty()) {
      line("    file: " + relative(dataset.file));
      line("    axes: " + to_string(dataset.axes));
    }
  }

  void preprocess(const GuessedImages& images) {
    if (images.tried.empty()) {
      line("  # (value * scale - mean) / std, as in training; one of each, or one per channel:");
      line("  # preprocess: {scale: 1, mean: [0], std: [1]}");
      return;
    }
    const TriedPreprocess& best = images.tried.front();
    line("  # guessed, must be that of the training: " + best.name +
         fmt::format(", with which {:g} %", 100 * best.top1));
    line(fmt::format(
        "  # of {} images are right; of the {} usual ones the best that fills the range",
        images.tried_images, images.tried.size()));
    line("  # of the network's input");
    line(fmt::format("  preprocess: {{scale: {}, mean: {}, std: {}}}",
                     hardware::format_float(best.preprocess.scale.value()),
                     list(best.preprocess.mean), list(best.preprocess.std)));
  }

  static std::string list(const std::vector<float>& values) {
    std::string text;
    for (const float value : values) {
      text += (text.empty() ? "" : ", ") + hardware::format_float(value);
    }
    return "[" + text + "]";
  }

  void data_to_fill_in() {
    line("  # No file beside the network has its images. Fill in one of");
    line("  # dataset: {format: npz, file: data.npz}   # numpy.savez(\"data.npz\", x=x, y=y)");
    line("  # dataset: {format: image_folder, directory: DIR}   # a folder a class, PNG and JPEG");
    line("  # dataset: {format: cifar10_binary, batches: [test_batch.bin]}");
    line("  # dataset: {format: mnist_idx, images: IMAGES, labels: LABELS}");
    line("  # and what turns a pixel into an input in training: (pixel * scale - mean) / std");
    line("  # preprocess: {scale: 0.00392156862745098, mean: [0], std: [1]}");
  }

  void machine() {
    const AcceleratorFit& fit = workload_.accelerator;
    line(fmt::format(
        "accelerator: {}   # {}", relative(fit.file),
        fit.too_small.empty() ? "the first that it fits" : "guessed; too small: " + fit.too_small));
    line("memory:");
    line(fmt::format("  profile: {}   # or another of that directory",
                     relative(workload_.configs / "memories/sram_14nm.yaml")));
    line("  chip: {generator: iid, kind: flip, seed: 0}   # or {map: my_chip.csv}");
    line("operating_point: {weight_sram: 0.85}   # in the profile's unit, here multiples of Vmin");
    line("sweep: {voltages: \"1.00:0.75:0.05\", chips: 10}");
    line("run: {batch: 100, seed: 0}");
  }

  const FirstWorkload& workload_;
  std::string text_;
};

}  // namespace

std::vector<AcceleratorFit> accelerator_fits(const path& configs,
                                             const models::QuantizedNetwork& network) {
  std::vector<AcceleratorFit> fits;
  for (const char* name : kAccelerators) {
    fits.push_back(fit_of(configs / "accelerators" / (std::string(name) + ".yaml"), network));
  }
  return fits;
}

std::string to_yaml(const FirstWorkload& workload) { return Yaml(workload).text(); }

}  // namespace brownout::experiment

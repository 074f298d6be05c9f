#include "sim/experiment/session/images.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "memory/base/input_error.hpp"
#include "sim/experiment/inputs/dataset_loader.hpp"
#include "sim/experiment/inputs/npz_dataset.hpp"
#include "sim/experiment/session/input_check.hpp"

namespace brownout::experiment {
namespace {

/// Labels that a classification can be right about.
void check_labels(const Plan& plan, const Images& images) {
  const std::filesystem::path file = plan.config.dataset.files().back();
  if (images.labels.empty()) {
    throw InputError("y: no such array in the file; it holds " + npz_arrays(file) +
                     "; only workload.task: reconstruction does without labels")
        .within(file.string());
  }
  const std::int64_t classes = plan.network.tensor(plan.network.output).shape.size();
  const auto greatest = std::max_element(images.labels.begin(), images.labels.end());
  if (*greatest < classes) return;
  const char* hint = *greatest == classes ? " (do yours begin at 1?)" : "";
  if (plan.config.dataset.format == config::DatasetFormat::kImageFolder) {
    hint = " (every folder is a class)";
  }
  throw InputError("label " + std::to_string(*greatest) + ", but the network has " +
                   std::to_string(classes) + " outputs: labels are 0.." +
                   std::to_string(classes - 1) + hint)
      .within(file.string());
}

/// Output and input must have their elements in one order: NHWC here, while a flat output has that
/// of the source file.
void check_reconstruction(const Plan& plan) {
  const models::Shape& input = plan.network.tensor(plan.network.input).shape;
  const models::Shape& output = plan.network.tensor(plan.network.output).shape;
  const bool one_order = input.channels == 1 || input.height * input.width == 1;
  if (output == input || (one_order && output.size() == input.size())) return;
  const auto text = [](const models::Shape& shape) {
    return std::to_string(shape.channels) + "x" + std::to_string(shape.height) + "x" +
           std::to_string(shape.width);
  };
  throw InputError(
      "workload.task: reconstruction needs an output of the input's "
      "shape: the input is " +
      text(input) + " (channels x height x width), the output " + text(output))
      .within(plan.config.network.string());
}

std::int64_t count_of(const config::WorkloadConfig& config, const models::Dataset& dataset) {
  const std::int64_t count = config.run.images.value_or(static_cast<int>(dataset.size()));
  if (count <= dataset.size()) return count;
  throw InputError("run.images", std::to_string(count) + " asked for, " +
                                     config.dataset.files().front().string() + " holds " +
                                     std::to_string(dataset.size()));
}

void add_reconstruction(const Plan& plan, const models::Dataset& dataset, Images& images) {
  check_reconstruction(plan);
  const models::Shape& input = plan.network.tensor(plan.network.input).shape;
  images.inputs =
      models::preprocess_images(dataset, plan.config.preprocess, input, 0, images.count);
  for (const std::uint16_t label : images.labels) {
    images.anomalous.push_back(label != plan.config.normal_label);
  }
  const bool both = std::set<bool>(images.anomalous.begin(), images.anomalous.end()).size() == 2;
  images.metric = both ? Metric::kAuc : Metric::kReconstructionMse;
}

}  // namespace

std::span<const std::uint8_t> Images::codes_of(std::int64_t first, std::int64_t images) const {
  const auto size = static_cast<std::int64_t>(codes.size()) / count;
  return std::span(codes).subspan(static_cast<std::size_t>(first * size),
                                  static_cast<std::size_t>(images * size));
}

Images load_images(const Plan& plan) {
  const config::WorkloadConfig& config = plan.config;
  const models::ActivationTensor& input = plan.network.tensor(plan.network.input);
  const models::Dataset dataset = load_dataset(config.dataset, input.shape, config.run.images);
  Images images;
  images.count = count_of(config, dataset);
  images.codes = models::quantize_images(dataset, config.preprocess, input, 0, images.count,
                                         plan.network.arithmetic);
  constexpr std::int64_t kLookedAt = 100;  // more say no more about their range
  const std::string note =
      input_range_note(models::preprocess_images(dataset, config.preprocess, input.shape, 0,
                                                 std::min(images.count, kLookedAt)),
                       input);
  if (!note.empty()) images.notes.push_back(note);
  if (!dataset.labels.empty()) {
    images.labels.assign(dataset.labels.begin(), dataset.labels.begin() + images.count);
  }
  if (config.task == config::Task::kClassification) {
    check_labels(plan, images);
  } else {
    add_reconstruction(plan, dataset, images);
  }
  return images;
}

Score score_of(const Plan& plan, const Images& images, std::span<const std::uint8_t> codes) {
  if (images.metric == Metric::kTop1) return classification_score(codes, images.labels);
  return reconstruction_score(codes, plan.network.tensor(plan.network.output), images.inputs,
                              images.anomalous);
}

std::vector<bool> right_images(const Images& images, std::span<const std::uint8_t> codes) {
  if (images.metric != Metric::kTop1) return {};
  return right_predictions(codes, images.labels);
}

std::string accuracy_note(const Plan& plan, const Images& images, double top1) {
  return guessing_note(top1, images.count, plan.network.tensor(plan.network.output).shape.size());
}

}  // namespace brownout::experiment

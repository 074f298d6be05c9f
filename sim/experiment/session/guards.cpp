#include "sim/experiment/session/guards.hpp"

#include <algorithm>
#include <string>

#include "memory/base/input_error.hpp"
#include "models/clamped_network.hpp"
#include "models/engine/integer_engine.hpp"
#include "sim/experiment/inputs/dataset_loader.hpp"
#include "sim/experiment/session/engine_options.hpp"

namespace brownout::experiment {
namespace {

constexpr const char* kKey = "memory.mitigations.clamp_activations";

void widen(models::CodeRange& range, const std::vector<std::uint8_t>& codes) {
  const auto [low, high] = std::minmax_element(codes.begin(), codes.end());
  range = {std::min(range.low, *low), std::max(range.high, *high)};
}

/// Of images [first, first + count) without faults.
models::ByNode<models::CodeRange> ranges_of(const Plan& plan, const models::Dataset& dataset,
                                            std::int64_t first, std::int64_t count) {
  const models::ActivationTensor& input = plan.network.tensor(plan.network.input);
  models::IntegerEngine engine(plan.network, engine_options(plan.program));
  models::ByNode<models::CodeRange> ranges(plan.network.nodes.size());
  for (std::int64_t image = first; image < first + count; ++image) {
    const auto codes = models::quantize_images(dataset, plan.config.preprocess, input, image, 1,
                                               plan.network.arithmetic);
    const models::EngineResult result = engine.run(codes, true);
    for (const models::NodeIndex i : ranges.indices()) widen(ranges[i], result.layer_outputs[i]);
  }
  return ranges;
}

}  // namespace

void clamp_activations(Plan& plan) {
  if (!plan.config.memory.clamp_images) return;
  const std::int64_t count = *plan.config.memory.clamp_images;
  const models::Shape& input = plan.network.tensor(plan.network.input).shape;
  const models::Dataset dataset = load_dataset(plan.config.dataset, input, std::nullopt);
  if (count > dataset.size()) {
    throw InputError("images", std::to_string(count) + " asked for, " +
                                   plan.config.dataset.files().front().string() + " holds " +
                                   std::to_string(dataset.size()))
        .below(kKey);
  }
  const std::int64_t first = dataset.size() - count;
  const std::int64_t scored = plan.config.run.images.value_or(static_cast<int>(dataset.size()));
  if (scored > first) {
    plan.notes.push_back(std::string(kKey) + ": ranges come from the last " +
                         std::to_string(count) + " images, of which " +
                         std::to_string(std::min(count, scored - first)) + " are scored, too");
  }
  models::clamp_activations(plan.network, ranges_of(plan, dataset, first, count));
}

}  // namespace brownout::experiment

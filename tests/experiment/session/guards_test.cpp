// Activations clamped to the ranges that they have without faults: nothing changes on the images
// that told the ranges, no layer leaves them whatever its weights, and the machine agrees.
#include "sim/experiment/session/guards.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "memory/base/input_error.hpp"
#include "sim/experiment/session/session.hpp"

namespace brownout::experiment {
namespace {

const memory::Voltage kVoltage = memory::Voltage::parse("0.83");

config::WorkloadConfig config_of(const std::string& mitigations, const std::string& images,
                                 const std::string& workload = "mnist_cnn") {
  config::Overrides overrides;
  overrides.mitigate = mitigations;
  if (!images.empty()) overrides.set.push_back("run.images=" + images);
  const auto file = std::filesystem::path(BROWNOUT_SOURCE_DIR) / "workloads" / (workload + ".yaml");
  return config::load_workload(file, overrides);
}

/// Least and greatest code of each layer.
std::vector<std::pair<int, int>> ranges_of(const Plan& plan, const Images& images,
                                           const models::WeightSet& weights) {
  models::IntegerEngine engine(plan.network);
  engine.set_weights(weights);
  std::vector<std::pair<int, int>> ranges;
  for (const auto& codes : engine.run(images.codes, true).layer_outputs) {
    const auto [low, high] = std::minmax_element(codes.begin(), codes.end());
    ranges.emplace_back(*low, *high);
  }
  return ranges;
}

class Guards : public ::testing::TestWithParam<const char*> {};

TEST_P(Guards, KeepEveryLayerWithinItsRangesWhateverItsWeights) {
  Session plain(config_of("", "", GetParam()));
  const std::string all = std::to_string(plain.images().count);
  Session guarded(config_of("clamp_activations: {images: " + all + "}", "", GetParam()));
  EXPECT_THAT(guarded.notes(), ::testing::Contains(::testing::HasSubstr("are scored, too")));
  // Ranges of all images: without faults nothing changes on any.
  const memory::Voltage error_free = plain.plan().error_free_voltage();
  EXPECT_EQ(guarded.run({error_free, 0, 1}).outputs.logits,
            plain.run({error_free, 0, 0}).outputs.logits);

  const models::WeightSet faulty = read_weights(plain.plan(), {kVoltage, 0, 0}, 0).readback.weights;
  const auto clean = ranges_of(plain.plan(), plain.images(), plain.plan().weights);
  const auto wild = ranges_of(plain.plan(), plain.images(), faulty);
  const auto tame = ranges_of(guarded.plan(), guarded.images(), faulty);
  int left = 0;
  for (std::size_t i = 0; i + 1 < clean.size(); ++i) {  // the last is the output
    left += wild[i].first < clean[i].first || wild[i].second > clean[i].second ? 1 : 0;
    EXPECT_GE(tame[i].first, clean[i].first) << i;
    EXPECT_LE(tame[i].second, clean[i].second) << i;
  }
  EXPECT_GT(left, 0);  // or the faults were too few to tell
  EXPECT_EQ(guarded.run({kVoltage, 0, 2}).cosim_images, 2);
}

INSTANTIATE_TEST_SUITE_P(Of, Guards, ::testing::Values("mnist_cnn", "cifar10_resnet8"));

TEST(Guards, TellNothingOfImagesThatAreNotScored) {
  const Session session(config_of("clamp_activations: {images: 10}", "20"));
  EXPECT_THAT(session.notes(), ::testing::Not(::testing::Contains(::testing::HasSubstr("clamp"))));
}

TEST(Guards, NeedAsManyImagesAsTheyAskFor) {
  try {
    const Session session(config_of("clamp_activations: {images: 1000000}", "20"));
    ADD_FAILURE() << "no such many images";
  } catch (const InputError& error) {
    EXPECT_THAT(
        error.what(),
        ::testing::StartsWith("memory.mitigations.clamp_activations.images: 1000000 asked for"));
  }
}

}  // namespace
}  // namespace brownout::experiment

// When the images look unlike those that the network was made for.
#include "sim/experiment/session/input_check.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace brownout::experiment {
namespace {

// Holds -1.28 to 1.27.
models::ActivationTensor input() {
  models::ActivationTensor tensor;
  tensor.scale = 0.01F;
  tensor.zero_point = 128;
  return tensor;
}

std::vector<float> ramp(float low, float high) {
  std::vector<float> values;
  for (int i = 0; i <= 100; ++i) values.push_back(low + (high - low) * static_cast<float>(i) / 100);
  return values;
}

TEST(InputRangeNote, IsSilentWhereTheRangeIsTheNetworks) {
  EXPECT_EQ(input_range_note(ramp(-1.28F, 1.27F), input()), "");
  EXPECT_EQ(input_range_note(ramp(-0.6F, 0.6F), input()), "");
  EXPECT_EQ(input_range_note(ramp(-1.29F, 1.28F), input()), "");
  EXPECT_EQ(input_range_note({}, input()), "");
}

TEST(InputRangeNote, NamesBothRangesWhereValuesLieOutsideOrInAPart) {
  EXPECT_EQ(input_range_note(ramp(0, 255), input()),
            "the images' values are 0 to 255, the network's input holds -1.28 to 1.27: is "
            "workload.preprocess that of the training?");
  EXPECT_NE(input_range_note(ramp(-1.28F, -0.5F), input()), "");
  EXPECT_NE(input_range_note(ramp(2, 3), input()), "");
}

TEST(GuessingNote, SpeaksWhereGuessingIsWithinTheInterval) {
  EXPECT_NE(guessing_note(0.1, 1000, 10), "");
  EXPECT_NE(guessing_note(0.03, 1000, 10), "");
  EXPECT_NE(guessing_note(0.11, 1000, 10), "");
  EXPECT_EQ(guessing_note(0.13, 1000, 10), "");
  EXPECT_EQ(guessing_note(0.9, 20, 10), "");
}

}  // namespace
}  // namespace brownout::experiment

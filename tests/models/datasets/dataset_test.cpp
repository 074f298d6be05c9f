// The first quantization: pixels and reals to codes.
#include "models/datasets/dataset.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "memory/base/input_error.hpp"

namespace brownout::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "(accepted)";
}

TEST(QuantizeImages, RoundsEveryStepToFloat32) {
  Dataset dataset{.shape = {2, 16, 8}, .labels = {0, 0}};
  for (int i = 0; i < 512; ++i) dataset.pixels.push_back(static_cast<std::uint8_t>(i * 5 % 256));
  ActivationTensor input{.name = "x", .shape = dataset.shape};
  input.scale = 0.0213F;
  input.zero_point = 37;
  const Preprocess preprocess{.scale = 1.0F / 255.0F, .mean = {0.13F, 0.4F}, .std = {0.3F, 0.21F}};
  const Bytes codes = quantize_images(dataset, preprocess, input, 1, 1);
  ASSERT_EQ(codes.size(), 256U);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    volatile float x = static_cast<float>(dataset.pixels[256 + i]);
    x = x * *preprocess.scale;
    x = x - preprocess.mean[i % 2];
    x = x / preprocess.std[i % 2];
    x = x / input.scale;
    const double code = std::nearbyint(static_cast<double>(x)) + 37;
    EXPECT_EQ(codes[i], static_cast<int>(std::fmin(std::fmax(code, 0), 255))) << i;
  }
  EXPECT_EQ(quantize_images(dataset, {}, input, 0, 2).size(), 512U);
}

TEST(QuantizeImages, TakesRealsAsTheyAreUnlessTold) {
  const Dataset dataset{.shape = {1, 1, 4}, .reals = {-3.0F, -0.25F, 0.5F, 1000.0F}, .labels = {0}};
  ActivationTensor input{.name = "x", .shape = dataset.shape};
  input.scale = 0.5F;
  input.zero_point = 4;
  EXPECT_THAT(quantize_images(dataset, {}, input, 0, 1), ElementsAre(0, 4, 5, 255));
  EXPECT_THAT(quantize_images(dataset, {.scale = 2.0F}, input, 0, 1), ElementsAre(0, 3, 6, 255));
}

TEST(QuantizeImages, RoundsTiesAwayFromZeroAsLiteRt) {
  const Dataset dataset{.shape = {1, 1, 4}, .reals = {-0.25F, 0.25F, 0.75F, 0.2F}, .labels = {0}};
  ActivationTensor input{.name = "x", .shape = dataset.shape};
  input.scale = 0.5F;
  input.zero_point = 4;
  EXPECT_THAT(quantize_images(dataset, {}, input, 0, 1), ElementsAre(4, 4, 6, 4));
  EXPECT_THAT(quantize_images(dataset, {}, input, 0, 1, Arithmetic::kLiteRt),
              ElementsAre(3, 5, 6, 4));
}

TEST(QuantizeImages, RefusesWhatDoesNotFit) {
  const Dataset dataset{.shape = {1, 2, 2}, .pixels = Bytes(8), .labels = {0, 0}};
  ActivationTensor input{.name = "x", .shape = dataset.shape};
  const auto message = [&](const Preprocess& preprocess, int first, int count) {
    return refusal([&] { quantize_images(dataset, preprocess, input, first, count); });
  };
  EXPECT_THAT(message({}, 1, 2), HasSubstr("of a data set of 2"));
  EXPECT_THAT(message({}, -1, 1), HasSubstr("of a data set of 2"));
  EXPECT_THAT(message({.mean = {0.1F, 0.2F}}, 0, 1), HasSubstr("one per channel"));
  EXPECT_THAT(message({.std = {0.0F}}, 0, 1), HasSubstr("std not 0"));
  EXPECT_THAT(message({.scale = std::nanf("")}, 0, 1), HasSubstr("finite"));
  input.shape = {3, 2, 2};
  EXPECT_THAT(message({}, 0, 1), HasSubstr("images are 1x2x2"));
}

}  // namespace
}  // namespace brownout::models

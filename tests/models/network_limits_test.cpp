// Sums of what a network needs, at their limits and past what an integer holds.
#include "models/network_limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/base/input_error.hpp"

namespace brownout::models {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr Shape kHuge{.channels = 1 << 14, .height = 1 << 14, .width = 1};  // the largest tensor

TEST(NetworkSize, LimitsATensorAndAllTogether) {
  NetworkSize size;
  EXPECT_THAT([&] { size.add_tensor({.channels = 1 << 14, .height = 1 << 14, .width = 2}); },
              ThrowsMessage<InputError>("more than 268435456 elements in a tensor"));
  for (int i = 0; i < 4; ++i) size.add_tensor(kHuge);
  EXPECT_THAT(
      [&] {
        size.add_tensor({1, 1, 1});
      },
      ThrowsMessage<InputError>("more than 1073741824 elements in all tensors together"));
}

TEST(NetworkSize, LimitsConstantsAsOftenAsTheyAreHeld) {
  NetworkSize size;
  for (int i = 0; i < 4; ++i) size.add_constants(std::size_t{1} << 28);
  EXPECT_THAT(
      [&] { size.add_constants(1); },
      ThrowsMessage<InputError>(HasSubstr("more than 1073741824 weights, biases and scales")));
  Convolution node;
  node.out_channels = 2;
  node.weights = {1, 2, 3, 4};
  EXPECT_THROW(size.add_node(node, {2, 1, 1}), InputError);
}

TEST(NetworkSize, LimitsMultiplicationsOfConvolutionsAndPools) {
  NetworkSize size;
  Pooling pool{.name = "pool", .window = {.kernel_height = 64, .kernel_width = 64}};
  size.add_node(pool, kHuge);  // 2^28 * 2^12: the limit itself
  EXPECT_THAT(
      [&] {
        size.add_node(pool, {1, 1, 1});
      },
      ThrowsMessage<InputError>("more than 1099511627776 multiplications in an inference"));
  pool.window = {.kernel_height = 1 << 16, .kernel_width = 1 << 16};
  NetworkSize other;
  EXPECT_THROW(other.add_node(pool, {1 << 30, 1 << 30, 1}), InputError);
}

TEST(WindowOutput, RefusesWindowsWhoseSumsCouldOverflow) {
  const Shape input{1, 4096, 4096};
  EXPECT_THROW(window_output(input, {.kernel_height = 2049, .kernel_width = 2048}, 1), InputError);
  EXPECT_EQ(window_output(input, {.kernel_height = 2048, .kernel_width = 2048}, 1),
            (Shape{1, 2049, 2049}));
}

}  // namespace
}  // namespace brownout::models

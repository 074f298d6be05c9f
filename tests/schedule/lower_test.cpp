#include "sim/schedule/lower.hpp"

#include <gtest/gtest.h>

#include "tests/support/random_network.hpp"

namespace brownout::schedule {
namespace {

TEST(Lower, SizesOfAConvolutionAreThoseOfItsMatrixProduct) {
  testing::NetworkBuilder builder(1, {6, 10, 12});
  builder.convolution(builder.last(), 8,
                      {.kernel_height = 3, .kernel_width = 5, .stride_height = 2}, 2);
  const models::QuantizedNetwork network = builder.build();
  const Gemm gemm = lower(network, std::get<models::Convolution>(network.nodes[{0}]));
  EXPECT_EQ(gemm.m, 4 * 8);  // (10 - 3) / 2 + 1 rows, 12 - 5 + 1 columns
  EXPECT_EQ(gemm.n, 4);
  EXPECT_EQ(gemm.k, 3 * 3 * 5);
  EXPECT_EQ(gemm.groups, 2);
  EXPECT_EQ(gemm.macs(), 32 * 4 * 45 * 2);
}

TEST(Lower, AFullyConnectedLayerHasOneOutputPixelAndTheFlattenOrder) {
  testing::NetworkBuilder builder(1, {4, 3, 2});
  builder.fully_connected(builder.last(), 10);
  const models::QuantizedNetwork network = builder.build();
  const auto& node = std::get<models::Convolution>(network.nodes[{0}]);
  const Gemm gemm = lower(network, node);
  EXPECT_EQ(gemm.m, 1);
  EXPECT_EQ(gemm.n, 10);
  EXPECT_EQ(gemm.k, 24);
  // k counts channels outside, then height, then width: the order of ONNX's Flatten.
  const InputIndexer indexer(network, node);
  int k = 0;
  for (int c = 0; c < 4; ++c) {
    for (int h = 0; h < 3; ++h) {
      for (int w = 0; w < 2; ++w) {
        EXPECT_EQ(indexer(0, indexer.origin(0), k++), network.tensor(0).shape.index(c, h, w));
      }
    }
  }
}

TEST(Lower, ElementsAreThoseOfADirectWalkOverTheWindows) {
  testing::NetworkBuilder builder(1, {4, 7, 9});
  const models::Window window{.kernel_height = 3,
                              .kernel_width = 2,
                              .stride_height = 2,
                              .stride_width = 3,
                              .pad_top = 1,
                              .pad_left = 2,
                              .pad_bottom = 2,
                              .pad_right = 1,
                              .dilation_height = 2,
                              .dilation_width = 1};
  builder.convolution(builder.last(), 6, window, 2);
  const models::QuantizedNetwork network = builder.build();
  const models::Shape in = network.tensor(0).shape;
  const models::Shape out = network.tensor(1).shape;
  const InputIndexer indexer(network, std::get<models::Convolution>(network.nodes[{0}]));
  int padded = 0;
  for (int group = 0; group < 2; ++group) {
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) {
        for (int c = 0; c < 2; ++c) {
          for (int kh = 0; kh < 3; ++kh) {
            for (int kw = 0; kw < 2; ++kw) {
              const int h = y * 2 + kh * 2 - 1;
              const int w = x * 3 + kw - 2;
              const bool inside = h >= 0 && h < in.height && w >= 0 && w < in.width;
              const std::int64_t expected = inside ? in.index(group * 2 + c, h, w) : -1;
              padded += inside ? 0 : 1;
              const std::int64_t m = std::int64_t{y} * out.width + x;
              EXPECT_EQ(indexer(group, indexer.origin(m), (c * 3 + kh) * 2 + kw), expected);
            }
          }
        }
      }
    }
  }
  EXPECT_GT(padded, 0);
}

}  // namespace
}  // namespace brownout::schedule

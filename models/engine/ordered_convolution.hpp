// A convolution whose sums depend on the order in which their parts are added, because accumulators
// saturate or fail: the parts of k one after another, as the accelerator's tiles bring them. Exact
// and slow; private to this folder.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/engine/integer_engine.hpp"
#include "models/quantized_network.hpp"

namespace brownout::models {

class OrderedConvolution {
 public:
  OrderedConvolution(const QuantizedNetwork& network, const Convolution& convolution,
                     const EngineOptions& options);

  /// out_channels x k codes, as in Convolution::weights.
  void set_weights(std::span<const std::int8_t> weights);
  /// images x output shape codes from images x input shape (NHWC). `masks` as in SumMasks, or
  /// empty.
  void run(const std::uint8_t* codes, int images, const ReadMasks<std::uint32_t>& masks,
           std::uint8_t* outputs);

 private:
  void gather(const std::uint8_t* image, int pixel, int group, float* patch) const;
  void multiply(int first_k, int count_k, int pixels, int group);
  void add_parts(int pixels, int group, std::size_t first_element,
                 const ReadMasks<std::uint32_t>& masks);
  std::int32_t read(const ReadMasks<std::uint32_t>& masks, std::size_t element,
                    std::int32_t held) const;

  Shape input_, output_;
  Window window_;
  int zero_point_, groups_, k_size_;
  std::size_t group_outputs_;
  EngineOptions options_;
  Requantizer requantizer_;
  std::vector<std::int32_t> bias_, weight_zero_points_;  ///< by channel
  int exact_products_;  ///< whose sum is below 2^24, so that no order of additions rounds in
                        ///< float32
  std::vector<float> weights_;      ///< group x k x outputs of the group
  std::vector<float> patches_;      ///< pixels x k
  std::vector<float> product_;      ///< pixels x outputs of the group
  std::vector<std::int32_t> part_;  ///< likewise
  std::vector<std::int32_t> sums_;  ///< the accumulators of one image (NHWC)
};

/// True where some input could saturate a sum.
bool may_saturate(const Convolution& convolution, const EngineOptions& options);

}  // namespace brownout::models

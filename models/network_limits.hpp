// How large a network may be. Beyond, a file is taken for broken or hostile and refused before
// memory is asked for (docs/add-a-network.md has the same numbers).
#pragma once

#include <cstdint>

#include "models/quantized_network.hpp"

namespace brownout::models {

constexpr std::int64_t kLargestFile = std::int64_t{1} << 30;  ///< bytes
/// Of a tensor in the file, a kernel, a stride, a dilation, a pad.
constexpr std::int64_t kLargestDimension = 1 << 16;
constexpr std::int64_t kLargestTensor = std::int64_t{1} << 28;       ///< elements
constexpr std::int64_t kLargestActivations = std::int64_t{1} << 30;  ///< elements of all tensors
constexpr std::int64_t kLargestConstants = std::int64_t{1} << 30;    ///< weights, biases, scales
/// Channels of functions that are held at once.
constexpr std::size_t kLargestFunctions = std::size_t{1} << 18;
constexpr std::int64_t kLargestMacs = std::int64_t{1} << 40;  ///< of one inference

/// What an import has asked for so far; throws InputError, which says what there is too
/// much of.
class NetworkSize {
 public:
  void add_tensor(const Shape& shape);
  /// Each time that constants are read, quantized, clipped or dequantized, or become an operand.
  void add_constants(std::size_t elements);
  /// Weights and biases, and the multiplications (of a pool: the additions) for a result `made`.
  void add_node(const Node& node, const Shape& made);

 private:
  void add_macs(const Shape& made, std::int64_t products);

  std::int64_t activations_ = 0, constants_ = 0, macs_ = 0;
};

}  // namespace brownout::models

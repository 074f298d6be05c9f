// Executes the nodes without weights, a formula or a movement each, on whole tensors of a few
// images. Convolutions are the engine's own. Private to this folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/quantized_network.hpp"

namespace brownout::models {

/// The codes of a network's tensors: images x shape (NHWC) each. A constant is there as often as
/// its reader takes it, so that all operands of a formula lie side by side.
class TensorBuffers {
 public:
  TensorBuffers(const QuantizedNetwork& network, int images);

  std::uint8_t* operator()(TensorId id) { return buffers_[id].data(); }

 private:
  ByTensor<std::vector<std::uint8_t>> buffers_;
};

/// From the node's inputs to its output, the first `images` of each.
void run_node(const QuantizedNetwork& network, const Addition& node, TensorBuffers& data,
              int images);
void run_node(const QuantizedNetwork& network, const Pooling& node, TensorBuffers& data,
              int images);
void run_node(const QuantizedNetwork& network, const Multiplication& node, TensorBuffers& data,
              int images);
void run_node(const QuantizedNetwork& network, const Lookup& node, TensorBuffers& data, int images);
void run_node(const QuantizedNetwork& network, const Concatenation& node, TensorBuffers& data,
              int images);
void run_node(const QuantizedNetwork& network, const Padding& node, TensorBuffers& data,
              int images);
void run_node(const QuantizedNetwork& network, const StridedCopy& node, TensorBuffers& data,
              int images);
void run_node(const QuantizedNetwork& network, const Softmax& node, TensorBuffers& data,
              int images);
void run_node(const QuantizedNetwork& network, const Normalization& node, TensorBuffers& data,
              int images);

}  // namespace brownout::models

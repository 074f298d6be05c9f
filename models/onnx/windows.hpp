// Windows of ONNX nodes: attributes of convolutions and pools. Private to this folder.
#pragma once

#include <cstdint>

#include "models/network_limits.hpp"
#include "models/onnx/graph.hpp"
#include "models/quantized_network.hpp"

namespace brownout::models {

/// Throws unless low <= value <= the largest dimension; `what` names it.
int checked_int(const OnnxGraph& graph, const onnx::NodeProto& node, const char* what,
                std::int64_t value, std::int64_t low);
/// The node's attributes have `spatial` dimensions: 2, or 1 where all tensors are one pixel high.
Window read_window(const OnnxGraph& graph, const onnx::NodeProto& node, const Shape& input,
                   int kernel_height, int kernel_width, int spatial);
/// MaxPool, AveragePool, GlobalAveragePool, also the QLinear ones; ReduceMean over a whole map.
Pooling read_pooling(const OnnxGraph& graph, const onnx::NodeProto& node, const Shape& input,
                     int spatial);

}  // namespace brownout::models

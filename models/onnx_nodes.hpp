// Turns single ONNX nodes, whose inputs are known, into nodes of a QuantizedNetwork. Private to
// this folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/onnx_constants.hpp"
#include "models/onnx_graph.hpp"
#include "models/quantized_network.hpp"

namespace brownout::models {

/// Scales and zero point of a QuantizeLinear or DequantizeLinear on activations.
struct ActivationQuantization {
  float scale = 1.0F;
  int zero_point = 0;  ///< of the held codes, 0..255
  bool source_signed = false;
  bool operator==(const ActivationQuantization&) const = default;
};

ActivationQuantization read_activation_quantization(const OnnxGraph& graph,
                                                    const onnx::NodeProto& node);

/// `bias` may be nullptr. Ids of tensors are left to the caller.
Convolution read_convolution(const OnnxGraph& graph, const onnx::NodeProto& node,
                             const ActivationTensor& input, const QuantizedConstant& weights,
                             const QuantizedConstant* bias);
/// Gemm or MatMul on a flattened input.
Convolution read_fully_connected(const OnnxGraph& graph, const onnx::NodeProto& node,
                                 const ActivationTensor& input, const QuantizedConstant& weights,
                                 const QuantizedConstant* bias);
/// Bias codes; throws unless their scale is input scale x weight scale.
std::vector<std::int32_t> read_bias(const OnnxGraph& graph, const onnx::NodeProto& node,
                                    const ActivationTensor& input, const Convolution& convolution,
                                    const QuantizedConstant* bias);
/// MaxPool, AveragePool, GlobalAveragePool.
Pooling read_pooling(const OnnxGraph& graph, const onnx::NodeProto& node, const Shape& input);

}  // namespace brownout::models

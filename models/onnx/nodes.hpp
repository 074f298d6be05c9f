// Turns single ONNX nodes, whose inputs are known, into nodes of a QuantizedNetwork. Private to
// this folder.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/network_limits.hpp"
#include "models/onnx/constants.hpp"
#include "models/onnx/graph.hpp"
#include "models/onnx/shapes.hpp"
#include "models/quantized_network.hpp"

namespace brownout::models {

/// Scales and zero point of a QuantizeLinear or DequantizeLinear on activations.
struct ActivationQuantization {
  float scale = 1.0F;
  int zero_point = 0;  ///< of the held codes, 0..255
  bool source_signed = false;
  bool bipolar =
      false;  ///< of real values only the sign is kept: one above or below the zero point

  /// Whether codes stand for the same values.
  bool operator==(const ActivationQuantization& other) const {
    return scale == other.scale && zero_point == other.zero_point &&
           source_signed == other.source_signed;
  }
};

/// The scale at input `scale_index` and the zero point after it: 0 of the codes' own type where it
/// is left out.
ActivationQuantization read_activation_quantization(const OnnxGraph& graph,
                                                    const onnx::NodeProto& node, int scale_index,
                                                    bool codes_signed);
/// The type that QuantizeLinear makes where it has no zero point.
bool makes_signed_codes(const OnnxGraph& graph, const onnx::NodeProto& node);
/// The codes of input + constant, or of their product, for every code of the input: a table for
/// each element of the constant, whose scale is one. `constant_first`: constant + input, which may
/// round otherwise.
std::vector<Lookup::Table> operand_tables(const ActivationTensor& input,
                                          const QuantizedConstant& constant,
                                          const ActivationQuantization& output, bool product,
                                          bool constant_first);

/// Without bias; ids of tensors are left to the caller.
Convolution read_convolution(const OnnxGraph& graph, const onnx::NodeProto& node,
                             const ActivationTensor& input, View view,
                             const QuantizedConstant& weights);
/// Of (N, H, W, C) or (N, W, C), with weights (output, height, width, channel).
Convolution read_convolution_of_pixels(const OnnxGraph& graph, const onnx::NodeProto& node,
                                       const ActivationTensor& input, View view,
                                       const QuantizedConstant& weights);
/// A matrix product on an input that is flattened in the order of `view`.
Convolution read_fully_connected(const OnnxGraph& graph, const onnx::NodeProto& node,
                                 const ActivationTensor& input, View view,
                                 const QuantizedConstant& weights);

}  // namespace brownout::models

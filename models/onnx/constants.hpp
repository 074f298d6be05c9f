// Quantized constants of an ONNX graph, weights and biases: codes with width, scales and zero
// points, followed through QuantizeLinear, Clip and DequantizeLinear. Private to this folder.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/onnx/graph.hpp"

namespace brownout::models {

/// Real value = scale * (code - zero point).
struct QuantizedConstant {
  std::string name;                 ///< of the initializer or Constant output
  std::vector<std::int64_t> shape;  ///< as in the file
  /// Shared by the constants before and after a DequantizeLinear; never null.
  std::shared_ptr<const std::vector<std::int32_t>> shared_codes;
  IntegerType type;           ///< of the file, or as narrow as a Clip makes it
  std::vector<float> scales;  ///< one, or one per element of `axis`; none while only codes
  std::vector<std::int32_t> zero_points;  ///< as many as scales
  std::int64_t axis = 0;                  ///< counted from 0
  bool transposed = false;                ///< a matrix that the graph transposes
  bool of_quant = false;                  ///< by Quant (QONNX): a float runtime's values

  const std::vector<std::int32_t>& codes() const { return *shared_codes; }
  float scale(std::size_t i) const { return scales[scales.size() == 1 ? 0 : i]; }
  std::int32_t zero_point(std::size_t i) const {
    return zero_points[zero_points.size() == 1 ? 0 : i];
  }
};

/// The codes of an integer constant, without scales.
QuantizedConstant read_codes(const OnnxGraph& graph, const onnx::TensorProto& tensor,
                             const std::string& edge);

/// QuantizeLinear of a float constant: rint(x / scale) + zero point, saturated.
QuantizedConstant quantize_constant(const OnnxGraph& graph, const onnx::NodeProto& node);

/// QuantizeLinear of a dequantized constant: a tensor that several layers share.
QuantizedConstant requantize_constant(const OnnxGraph& graph, const onnx::NodeProto& node,
                                      const QuantizedConstant& constant);
/// The values of a dequantized constant.
std::vector<float> dequantized_values(const QuantizedConstant& constant);

/// Clip between QuantizeLinear and DequantizeLinear: narrows the width to the bits that the limits
/// need. Throws where codes that the file itself holds lie outside of them.
QuantizedConstant clip_constant(const OnnxGraph& graph, const onnx::NodeProto& node,
                                QuantizedConstant constant);

/// DequantizeLinear: adds scales and zero points.
QuantizedConstant dequantize_constant(const OnnxGraph& graph, const onnx::NodeProto& node,
                                      QuantizedConstant constant);

/// Scales at input `scale_index` of a node and zero points after them, along `axis`.
void read_scales(const OnnxGraph& graph, const onnx::NodeProto& node, int scale_index,
                 std::int64_t axis, QuantizedConstant& constant);

/// The parameters of a Quant node (QONNX).
struct QuantParameters {
  std::vector<float> scales;
  std::vector<std::int32_t> zero_points;  ///< as many as scales
  IntegerType type;
  std::int32_t low = 0, high = 0;
};
QuantParameters read_quant(const OnnxGraph& graph, const onnx::NodeProto& node);
/// The scale of a Quant or a BipolarQuant, or one for each channel, all above 0.
std::vector<float> read_quant_scales(const OnnxGraph& graph, const onnx::NodeProto& node);
/// Quant of a float constant.
QuantizedConstant read_quant_constant(const OnnxGraph& graph, const onnx::NodeProto& node);
/// BipolarQuant of a float constant: codes of one bit, -1 or +1.
QuantizedConstant read_bipolar_constant(const OnnxGraph& graph, const onnx::NodeProto& node);

/// Limits of a Clip on codes of type `type`, absent ones being those of the type.
struct CodeLimits {
  std::int32_t low = 0, high = 0;
};
CodeLimits read_code_limits(const OnnxGraph& graph, const onnx::NodeProto& node, IntegerType type);

}  // namespace brownout::models

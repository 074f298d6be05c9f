// The codes of a network's real input, for a file that does not say how it is quantized.
#pragma once

namespace brownout::models {

/// As by a Quant of QONNX at the input: rint(x / scale) + zero point, within `bits`.
struct InputCodes {
  float scale = 1.0F;
  int zero_point = 0;
  int bits = 8;  ///< 2 to 8
  bool is_signed = false;
};

}  // namespace brownout::models

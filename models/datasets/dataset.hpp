// Labelled images as plain values, and the reals and codes that a network is fed with. Readers of
// files: dataset_files.hpp, image_folder.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/quantized_network.hpp"

namespace brownout::models {

/// Images are pixels or, of other sources, reals: one of the two is filled.
struct Dataset {
  Shape shape;
  std::vector<std::uint8_t> pixels = {};   ///< images x shape (NHWC)
  std::vector<float> reals = {};           ///< images x shape (NHWC), finite
  std::vector<std::uint16_t> labels = {};  ///< one an image; none where the source has none

  /// Images.
  std::int64_t size() const {
    return static_cast<std::int64_t>(pixels.size() + reals.size()) / shape.size();
  }
};

/// Pixel or real -> network input: x = f(f(f(value * scale) - mean[c]) / std[c]), float32.
struct Preprocess {
  std::optional<float> scale = {};  ///< nothing: 1/255 for pixels, 1 for reals
  std::vector<float> mean = {};     ///< one, or one per channel; empty: 0
  std::vector<float> std = {};      ///< one, or one per channel; empty: 1
};

/// Network inputs (NHWC) of images [first, first + count), before their quantization. Throws
/// InputError when shapes or channel counts do not fit.
std::vector<float> preprocess_images(const Dataset& dataset, const Preprocess& preprocess,
                                     const Shape& input, std::int64_t first, std::int64_t count);

/// Codes (NHWC) of images [first, first + count): clip(round(f(x / s)) + zp), the network's first
/// QuantizeLinear (ties to even) or, in LiteRT's arithmetic, QUANTIZE (ties away from zero). Throws
/// likewise.
std::vector<std::uint8_t> quantize_images(const Dataset& dataset, const Preprocess& preprocess,
                                          const ActivationTensor& input, std::int64_t first,
                                          std::int64_t count,
                                          Arithmetic arithmetic = Arithmetic::kOnnxRuntime);

}  // namespace brownout::models

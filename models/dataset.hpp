// Labelled images in their standard binary files, and the codes that a network is fed with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "models/quantized_network.hpp"

namespace brownout::models {

struct Dataset {
  Shape shape;
  std::vector<std::uint8_t> pixels;  ///< images x shape (NHWC)
  std::vector<std::uint8_t> labels;

  std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
};

/// MNIST idx files, plain or gzip. Throws std::runtime_error: missing, truncated, wrong magic,
/// counts that differ.
Dataset read_mnist_idx(const std::filesystem::path& images, const std::filesystem::path& labels);
/// One or more CIFAR-10 binary batches, concatenated.
Dataset read_cifar10_binary(const std::vector<std::filesystem::path>& batches);

/// Pixel -> real input: x = f(f(f(pixel * scale) - mean[c]) / std[c]), float32.
struct Preprocess {
  float scale = 1.0F / 255.0F;
  std::vector<float> mean = {};  ///< one, or one per channel; empty: 0
  std::vector<float> std = {};   ///< one, or one per channel; empty: 1
};

/// Codes (NHWC) of images [first, first + count): clip(rint(f(x / s)) + zp), the network's first
/// QuantizeLinear. Throws std::runtime_error when shapes or channel counts do not fit.
std::vector<std::uint8_t> quantize_images(const Dataset& dataset, const Preprocess& preprocess,
                                          const ActivationTensor& input, std::int64_t first,
                                          std::int64_t count);

}  // namespace brownout::models

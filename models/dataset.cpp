// Readers of MNIST idx and CIFAR-10 binary files, and the first quantization.
#include "models/dataset.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>

#include "models/arithmetic.hpp"

namespace brownout::models {
namespace {

using Bytes = std::vector<std::uint8_t>;

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& message) {
  throw std::runtime_error(path.string() + ": " + message);
}

struct GzClose {
  void operator()(gzFile file) const { gzclose_r(file); }
};

/// The whole file, unpacked if it is gzip.
Bytes read_bytes(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) fail(path, "no such file");
  if (!std::filesystem::is_regular_file(status)) fail(path, "not a regular file");
  const std::unique_ptr<gzFile_s, GzClose> file(gzopen(path.c_str(), "rb"));
  if (!file) fail(path, "cannot be opened");
  Bytes bytes;
  std::array<std::uint8_t, 1 << 16> buffer{};
  for (;;) {
    const int count = gzread(file.get(), buffer.data(), buffer.size());
    int code = Z_OK;
    gzerror(file.get(), &code);
    if (count < 0 || code == Z_BUF_ERROR) fail(path, "damaged or truncated gzip data");
    if (count == 0) break;
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + count);
  }
  if (bytes.empty()) fail(path, "the file is empty");
  return bytes;
}

/// An idx file of unsigned bytes: its dimensions, and its elements behind the header.
struct Idx {
  std::vector<std::int64_t> dims;
  Bytes elements;
};

Idx read_idx(const std::filesystem::path& path, std::size_t rank) {
  Bytes bytes = read_bytes(path);
  const std::size_t header = 4 + 4 * rank;
  if (bytes.size() < header) fail(path, "truncated: shorter than an idx header");
  if (bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 8 || bytes[3] != rank) {
    fail(path, "no idx file of unsigned bytes with " + std::to_string(rank) + " dimensions");
  }
  Idx idx;
  double elements = 1;
  for (std::size_t d = 0; d < rank; ++d) {
    std::int64_t dim = 0;
    for (std::size_t i = 0; i < 4; ++i) dim = dim * 256 + bytes[4 + 4 * d + i];
    idx.dims.push_back(dim);
    elements *= static_cast<double>(dim);
  }
  const std::size_t present = bytes.size() - header;
  if (static_cast<double>(present) != elements) {
    fail(path, (static_cast<double>(present) < elements ? "truncated: " : "too long: ") +
                   std::to_string(present) + " bytes of elements where its header says " +
                   std::to_string(static_cast<std::int64_t>(elements)));
  }
  if (elements == 0) fail(path, "it holds no images");
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(header));
  idx.elements = std::move(bytes);
  return idx;
}

float channel_value(const std::vector<float>& values, std::size_t channel, float fallback) {
  if (values.empty()) return fallback;
  return values[values.size() == 1 ? 0 : channel];
}

void check_preprocess(const Preprocess& preprocess, int channels) {
  const auto fits = [&](const std::vector<float>& values) {
    return values.size() <= 1 || values.size() == static_cast<std::size_t>(channels);
  };
  if (!fits(preprocess.mean) || !fits(preprocess.std)) {
    throw std::runtime_error("preprocess: mean and std need one value, or one per channel (" +
                             std::to_string(channels) + ")");
  }
  const auto is_finite = [](float value) { return std::isfinite(value); };
  const bool finite = is_finite(preprocess.scale) &&
                      std::all_of(preprocess.mean.begin(), preprocess.mean.end(), is_finite) &&
                      std::all_of(preprocess.std.begin(), preprocess.std.end(), is_finite);
  const auto is_zero = [](float value) { return value == 0; };
  if (!finite || std::any_of(preprocess.std.begin(), preprocess.std.end(), is_zero)) {
    throw std::runtime_error("preprocess: scale, mean and std must be finite and std not 0");
  }
}

using Table = std::array<std::uint8_t, 256>;

Table quantization_table(const Preprocess& preprocess, const ActivationTensor& input,
                         std::size_t channel) {
  const float mean = channel_value(preprocess.mean, channel, 0.0F);
  const float deviation = channel_value(preprocess.std, channel, 1.0F);
  const auto zero_point = static_cast<float>(input.zero_point);
  Table table{};
  for (std::size_t pixel = 0; pixel < table.size(); ++pixel) {
    const float scaled = static_cast<float>(pixel) * preprocess.scale;
    const float centred = scaled - mean;
    const float real = centred / deviation;
    const float quotient = clip(real / input.scale, -zero_point, 255.0F - zero_point);
    table[pixel] = static_cast<std::uint8_t>(round_half_even(quotient) + input.zero_point);
  }
  return table;
}

}  // namespace

Dataset read_mnist_idx(const std::filesystem::path& images, const std::filesystem::path& labels) {
  Idx pixels = read_idx(images, 3);
  Idx classes = read_idx(labels, 1);
  if (pixels.dims[0] != classes.dims[0]) {
    fail(labels, std::to_string(classes.dims[0]) + " labels for " + std::to_string(pixels.dims[0]) +
                     " images in " + images.string());
  }
  return {.shape = {.channels = 1,
                    .height = static_cast<int>(pixels.dims[1]),
                    .width = static_cast<int>(pixels.dims[2])},
          .pixels = std::move(pixels.elements),
          .labels = std::move(classes.elements)};
}

Dataset read_cifar10_binary(const std::vector<std::filesystem::path>& batches) {
  constexpr std::size_t kChannels = 3;
  constexpr std::size_t kPlane = std::size_t{32} * 32;
  constexpr std::size_t kRecord = 1 + kChannels * kPlane;
  if (batches.empty()) throw std::runtime_error("CIFAR-10: no files are given");
  Dataset dataset{.shape = {.channels = 3, .height = 32, .width = 32}, .pixels = {}, .labels = {}};
  for (const std::filesystem::path& path : batches) {
    const Bytes bytes = read_bytes(path);
    if (bytes.size() % kRecord != 0) {
      fail(path, "truncated or no CIFAR-10 batch: " + std::to_string(bytes.size()) +
                     " bytes are no multiple of " + std::to_string(kRecord));
    }
    for (std::size_t first = 0; first < bytes.size(); first += kRecord) {
      const std::uint8_t label = bytes[first];
      if (label > 9) fail(path, "no CIFAR-10 batch: label " + std::to_string(label));
      dataset.labels.push_back(label);
      for (std::size_t i = 0; i < kPlane; ++i) {
        for (std::size_t c = 0; c < kChannels; ++c) {
          dataset.pixels.push_back(bytes[first + 1 + c * kPlane + i]);
        }
      }
    }
  }
  return dataset;
}

std::vector<std::uint8_t> quantize_images(const Dataset& dataset, const Preprocess& preprocess,
                                          const ActivationTensor& input, std::int64_t first,
                                          std::int64_t count) {
  const auto text = [](const Shape& s) {
    return std::to_string(s.channels) + "x" + std::to_string(s.height) + "x" +
           std::to_string(s.width);
  };
  if (dataset.shape != input.shape) {
    throw std::runtime_error("the data set's images are " + text(dataset.shape) +
                             " (channels x height x width), the network's input is " +
                             text(input.shape));
  }
  if (first < 0 || count < 0 || first > dataset.size() - count) {
    throw std::runtime_error("images " + std::to_string(first) + " to " +
                             std::to_string(first + count - 1) + " of a data set of " +
                             std::to_string(dataset.size()));
  }
  check_preprocess(preprocess, input.shape.channels);
  const auto channels = static_cast<std::size_t>(input.shape.channels);
  std::vector<Table> tables;
  for (std::size_t c = 0; c < channels; ++c) {
    tables.push_back(quantization_table(preprocess, input, c));
  }
  const auto size = static_cast<std::size_t>(input.shape.size());
  const std::uint8_t* pixels = dataset.pixels.data() + static_cast<std::size_t>(first) * size;
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(count) * size);
  for (std::size_t i = 0; i < codes.size(); i += channels) {
    for (std::size_t c = 0; c < channels; ++c) codes[i + c] = tables[c][pixels[i + c]];
  }
  return codes;
}

}  // namespace brownout::models

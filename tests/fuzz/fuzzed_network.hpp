// What the fuzz targets of the importers share: a file of these bytes, imported; a network that is
// accepted keeps its invariants and, if it is small, runs.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "memory/base/input_error.hpp"
#include "models/engine/integer_engine.hpp"
#include "models/quantized_network.hpp"
#include "tests/fuzz/fuzzed_input.hpp"

namespace brownout::models {

/// Multiplications of an inference, and elements that it touches.
inline std::int64_t work(const QuantizedNetwork& network) {
  std::int64_t work = 0;
  for (const ActivationTensor& tensor : network.tensors) work += tensor.shape.size();
  for (const Node& node : network.nodes) {
    const Shape& made = network.tensor(node_output(node)).shape;
    if (const auto* convolution = std::get_if<Convolution>(&node)) {
      work += made.size() * convolution->k_size();
    } else if (const auto* pooling = std::get_if<Pooling>(&node)) {
      work += made.size() * pooling->window.kernel_height * pooling->window.kernel_width;
    }
  }
  return work;
}

/// Two images, one code each.
inline void run_if_small(const QuantizedNetwork& network) {
  constexpr std::int64_t kSmall = 200'000;
  if (work(network) > kSmall) return;
  const std::int64_t size = network.tensor(network.input).shape.size();
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(2 * size), 0);
  std::fill(codes.begin() + size, codes.end(), std::uint8_t{255});
  IntegerEngine engine(network, {.path = ConvolutionPath::kExact, .chunk_images = 1});
  engine.run(codes);
}

/// `import` throws InputError, one line that begins with the file, or gives a network.
template <typename Import>
void import_bytes(const std::uint8_t* data, std::size_t size, Import import) {
  static const int file = memfd_create("network", 0);
  static const std::filesystem::path path = "/proc/self/fd/" + std::to_string(file);
  memory::require(ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == ssize_t(size));
  try {
    const QuantizedNetwork network = import(path);
    check_consistent(network);
    run_if_small(network);
  } catch (const InputError& error) {
    const std::string message = error.what();
    memory::require(message.starts_with(path.string() + ": "));
    memory::require(message.find('\n') == std::string::npos);
  }
}

}  // namespace brownout::models

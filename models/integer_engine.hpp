// Runs batches of images through a quantized network with any set of weights, exactly: integers
// only, the same result on every CPU. Owns buffers and cached primitives; one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/quantized_network.hpp"

namespace brownout::models {

/// kAutomatic: oneDNN int8 where VNNI or AMX is effective, else the exact fp32-block path.
enum class ConvolutionPath { kAutomatic, kOneDnn, kExact };

struct EngineOptions {
  ConvolutionPath path = ConvolutionPath::kAutomatic;
  int accumulator_bits = 32;  ///< sums wrap at this width, bias included
  /// Images that are run at once, whole or not: with 1 an image costs no more than itself. 0: as
  /// many as suit the caches.
  int chunk_images = 0;
};

struct EngineResult {
  /// images x output size, codes of the network's output tensor.
  std::vector<std::uint8_t> logits;
  /// By node index, images x shape.size() (NHWC) codes; filled when asked for.
  std::vector<std::vector<std::uint8_t>> layer_outputs;
  /// By node index, summed over images: multiplications by an activation equal to its zero point,
  /// padding included (each such window element counts out_channels / groups products). Always
  /// counted: about 2 % of the run time.
  std::vector<std::uint64_t> gated_macs;
};

class IntegerEngine {
 public:
  /// Throws std::runtime_error when kOneDnn is asked for on a CPU where it would be inexact.
  IntegerEngine(const QuantizedNetwork& network, EngineOptions options = {});
  ~IntegerEngine();
  IntegerEngine(IntegerEngine&&) noexcept;
  IntegerEngine& operator=(IntegerEngine&&) noexcept;

  /// Replaces the weights (re-packs; no primitive is built anew). Starts with the network's own.
  void set_weights(const WeightSet& weights);
  /// Those of one node (out_channels x k).
  void set_weights(std::size_t node, std::span<const std::int8_t> weights);
  /// `codes`: images x input shape (NHWC). Splits them into cache-sized chunks by itself.
  EngineResult run(std::span<const std::uint8_t> codes, bool keep_layers = false);
  /// "oneDNN avx512_core_vnni" or "exact fp32 blocks": what executes convolutions.
  std::string convolution_path() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// True where oneDNN's u8 x s8 convolutions are exact on this CPU (VNNI or AMX effective).
bool onednn_is_exact();

}  // namespace brownout::models

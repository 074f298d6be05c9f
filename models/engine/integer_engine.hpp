// Runs batches of images through a quantized network with any set of weights, exactly: integers
// only, the same result on every CPU. Owns buffers and cached primitives; one thread.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "models/arithmetic/arithmetic.hpp"
#include "models/engine/read_masks.hpp"
#include "models/quantized_network.hpp"

namespace brownout::models {

/// kAutomatic: oneDNN int8 where VNNI or AMX is effective, else the exact fp32-block path.
enum class ConvolutionPath { kAutomatic, kOneDnn, kExact };

struct EngineOptions {
  ConvolutionPath path = ConvolutionPath::kAutomatic;
  int accumulator_bits = 32;  ///< of sums, bias included
  Overflow overflow = Overflow::kWrap;
  /// Products of a sum that reach its accumulator at once: k in parts of so many, one after
  /// another. Matters only where sums saturate or are read through masks.
  int k_part = std::numeric_limits<int>::max();
  /// Images that are run at once, whole or not: with 1 an image costs no more than itself. 0: as
  /// many as suit the caches.
  int chunk_images = 0;
};

/// By tensor id, an element per code of one image (NHWC); empty where codes are read as written.
using TensorMasks = ByTensor<ReadMasks<std::uint8_t>>;

/// An element per output of one image (NHWC), in the low bits of the accumulators'
/// width; empty where sums are read as they were accumulated.
using SumMasks = ByNode<ReadMasks<std::uint32_t>>;

/// All codes are those that are read, after the masks of set_tensor_masks().
struct EngineResult {
  /// images x output size, codes of the network's output tensor.
  std::vector<std::uint8_t> logits;
  /// The same of the network's other outputs, in the order of output_tensors().
  std::vector<std::vector<std::uint8_t>> other_outputs;
  /// Images x shape.size() (NHWC) codes; filled when asked for.
  ByNode<std::vector<std::uint8_t>> layer_outputs;
  /// Summed over images: multiplications by an activation equal to its zero point,
  /// padding included (each such window element counts out_channels / groups products). Always
  /// counted: about 2 % of the run time.
  ByNode<std::uint64_t> gated_macs;
};

class IntegerEngine {
 public:
  /// `network` must outlive this. Throws InputError when kOneDnn is asked for on a CPU
  /// where it would be inexact.
  IntegerEngine(const QuantizedNetwork& network, EngineOptions options = {});
  IntegerEngine(QuantizedNetwork&&, EngineOptions = {}) = delete;
  ~IntegerEngine();
  IntegerEngine(IntegerEngine&&) noexcept;
  IntegerEngine& operator=(IntegerEngine&&) noexcept;

  /// Replaces the weights (re-packs; no primitive is built anew). Starts with the network's own.
  void set_weights(const WeightSet& weights);
  /// Those of one node (out_channels x k).
  void set_weights(NodeIndex node, std::span<const std::int8_t> weights);
  /// What every reader of a tensor gets from now on, the network's output included. One entry per
  /// tensor, or none at all (as at the start): then all codes are read as written.
  void set_tensor_masks(TensorMasks masks);
  /// What is read of an accumulator before each part of k but the first, which starts from the
  /// bias, and when its sum is complete. One entry per node, or none at all (as at the start).
  /// Nodes with masks take an exact path of their own, an order of magnitude slower.
  void set_sum_masks(SumMasks masks);
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

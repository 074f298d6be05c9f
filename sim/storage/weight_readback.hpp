// From failing cells back to weights: the weights as the array reads them, and how much of what is
// fetched was wrong. Intermittent cells: inference_readback.hpp.
#pragma once

#include <cstdint>
#include <vector>

#include "memory/encoding.hpp"
#include "memory/fault_map.hpp"
#include "sim/schedule/tile_program.hpp"
#include "sim/storage/fault_filter.hpp"

namespace brownout::storage {

/// Real weight bits of one layer: unused lanes and top bits do not count.
struct LayerReadback {
  std::uint64_t bits_fetched = 0;  ///< in one inference, each fetch counted
  std::uint64_t bits_wrong = 0;    ///< of these, those that differ from what was written
  std::uint64_t weights = 0;
  std::uint64_t weights_changed = 0;  ///< decoded value differs from the network's

  /// Sums, over inferences.
  LayerReadback& operator+=(const LayerReadback& other);
  bool operator==(const LayerReadback&) const = default;
};

/// Shares over all layers: wrong bits of those fetched, changed weights of all.
double effective_ber(const std::vector<LayerReadback>& layers);
double weights_changed(const std::vector<LayerReadback>& layers);

/// Codes of weights, in the order of a WeightSet; a code is the low bits of a byte.
using WeightCodes = std::vector<std::vector<std::uint8_t>>;

WeightCodes encode_weights(const schedule::TileProgram& program, const models::WeightSet& weights,
                           memory::Encoding encoding);

struct WeightReadback {
  models::WeightSet weights;
  /// What they were decoded from. Faults act on codes, and an encoding may have two codes of one
  /// value (sign-magnitude has two zeros), so a value would forget bits.
  WeightCodes codes;
  std::vector<LayerReadback> layers;  ///< by node index

  double effective_ber() const { return storage::effective_ber(layers); }
  double weights_changed() const { return storage::weights_changed(layers); }  ///< share
};

/// Whether a failing cell makes bit `bit` of a code of `layer`, written as `stored`, act as wrong.
bool reads_wrong(memory::FaultKind kind, const FaultFilter& filter, int layer, int bit,
                 bool stored);

/// Faults that `filter` keeps out change nothing and count as not wrong. Throws std::logic_error
/// when `cells` has another geometry than the program's weight SRAM.
WeightReadback read_back(const schedule::TileProgram& program, const models::WeightSet& written,
                         const memory::CellMasks& cells, memory::Encoding encoding,
                         const FaultFilter& filter = {});

}  // namespace brownout::storage

// From failing cells back to weights: the weights as the array reads them, and how much of what is
// fetched was wrong. Cell -> word -> the tiles that stand on it -> their weights.
#pragma once

#include <vector>

#include "memory/fault_map.hpp"
#include "models/quantized_network.hpp"
#include "sim/storage/weight_damage.hpp"
#include "sim/storage/weight_image.hpp"
#include "sim/storage/word_path.hpp"

namespace brownout::storage {

struct WeightReadback {
  models::WeightSet weights;
  models::ByNode<WeightDamage> layers;
  /// Words that DRAM is asked for at each loading of a tile; none at all where no tile's are.
  Indexed<schedule::TileIndex, std::uint64_t> refetched = {};

  double effective_ber() const { return storage::effective_ber(layers); }
  double weights_changed() const { return storage::weights_changed(layers); }  ///< share
};

/// What an inference reads through `cells`. Faults that the path's filter keeps out change nothing
/// and count as not wrong. Throws std::logic_error when `cells` has another geometry than the
/// program's weight SRAM. Intermittent cells: inference_readback.hpp.
WeightReadback read_back(const StoredWeights& stored, const WordPath& path,
                         const memory::CellMasks& cells);

}  // namespace brownout::storage

// What the accelerator does for one inference, as data: tiles, folds, transfers, in order. The
// SystemC machine, the closed form and the weight read-back all execute this one value.
// program_builder.hpp makes it; where the tiles lie is weight_layout.hpp's.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "memory/base/arithmetic.hpp"
#include "memory/base/index.hpp"
#include "models/quantized_network.hpp"
#include "sim/hardware/accelerator_spec.hpp"
#include "sim/hardware/cycles.hpp"
#include "sim/schedule/gemm.hpp"

namespace brownout::schedule {

using hardware::FoldIndex;
/// Of the tiles of a program, in the order in which they are first used.
using TileIndex = Index<struct TileKind>;

/// A weight tile: rows are k, columns are n. It stands in the weight SRAM row after row; a row
/// starts a new word. Lane l of a word begins at bit l * weight_bits of the layer; no weight
/// straddles words: top bits may stay unused.
struct Tile {
  std::size_t node = 0;  ///< whose weights these are: index into QuantizedNetwork::nodes
  int group = 0;
  int k0 = 0, rows = 0;     ///< used rows of the array
  int n0 = 0, columns = 0;  ///< used columns, within the group
  std::uint32_t words_per_row = 0;
  int lanes = 1;  ///< weights a word: column c stands in lane c % lanes of the row's word c / lanes

  std::uint64_t words() const { return std::uint64_t{words_per_row} * static_cast<unsigned>(rows); }
};

/// A tile loaded once and a block of M streamed through it.
struct Fold {
  TileIndex tile;
  std::size_t block = 0;  ///< output block within the layer: the sums that the fold adds to
  std::int64_t m0 = 0, m_count = 0;
  bool first_k = false;  ///< starts the block's sums from the biases
  bool last_k = false;   ///< completes the block's sums
};

/// The work of one node. Matrix layers have folds; the vector unit alone does the others.
struct Layer {
  bool matrix = false;
  Gemm gemm;            ///< matrix layers
  int weight_bits = 0;  ///< matrix layers, 1 to 8
  FoldIndex first_fold;
  std::size_t fold_count = 0, block_count = 0;
  std::int64_t vector_elements = 0;  ///< other layers: elements through the vector unit
};

struct TileProgram {
  hardware::AcceleratorSpec spec;
  Indexed<TileIndex, Tile> tiles;
  Indexed<FoldIndex, Fold> folds;
  std::vector<Layer> layers;                       ///< by node index
  models::ByTensor<std::uint64_t> tensor_address;  ///< address_of
  std::uint64_t weight_words = 0;                  ///< of all tiles, each counted once
  std::uint64_t activation_bytes = 0;              ///< high-water mark in the activation SRAM
  std::uint64_t input_bytes = 0;
  std::vector<std::uint64_t> output_bytes;  ///< by models::QuantizedNetwork::output_tensors()

  bool streams_weights() const { return spec.placement != hardware::Placement::kResident; }
  /// The folds of a layer, or what `by_fold` has for them.
  std::span<const Fold> folds_of(const Layer& layer) const { return of_layer(folds, layer); }
  template <typename T>
  static std::span<const T> of_layer(const Indexed<FoldIndex, T>& by_fold, const Layer& layer) {
    return std::span(by_fold).subspan(layer.first_fold.value, layer.fold_count);
  }
  const Tile& tile_of(const Fold& fold) const { return tiles[fold.tile]; }
  const Layer& layer_of(const Tile& tile) const { return layers[tile.node]; }
  /// Of a tile's first column, among all groups.
  int first_channel(const Tile& tile) const { return tile.group * layer_of(tile).gemm.n + tile.n0; }
  /// Of a tensor's first byte in the activation SRAM.
  std::uint64_t address_of(models::TensorId id) const { return tensor_address[id]; }
  /// Bytes of one tile in DRAM: the data of its words, then their flags side by side.
  std::uint64_t bytes_of(const Tile& tile) const {
    return data_bytes_of(tile) +
           divide_up(tile.words() * static_cast<unsigned>(spec.weight_sram.flag_bits),
                     std::uint64_t{8});
  }
  /// Of the data of one word.
  std::uint64_t word_bytes() const {
    return static_cast<unsigned>(spec.weight_sram.word_bits) / std::uint64_t{8};
  }
  std::uint64_t data_bytes_of(const Tile& tile) const { return tile.words() * word_bytes(); }
};

}  // namespace brownout::schedule

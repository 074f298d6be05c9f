// What the accelerator does for one inference, as data: tiles, folds, transfers, in order. The
// SystemC machine, the closed form and the weight read-back all execute this one value, and it says
// which axis of a matrix product lies on what of the array. program_builder.hpp makes it; where the
// tiles lie is weight_layout.hpp's.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "memory/base/arithmetic.hpp"
#include "memory/base/index.hpp"
#include "models/quantized_network.hpp"
#include "sim/hardware/accelerator_spec.hpp"
#include "sim/hardware/cycles.hpp"
#include "sim/hardware/on_chip_memory.hpp"
#include "sim/schedule/bank_range.hpp"
#include "sim/schedule/gemm.hpp"

namespace brownout::schedule {

using hardware::Cycle;
using hardware::FoldIndex;
/// Of the tiles of a program, in the order in which they are first used.
using TileIndex = Index<struct TileKind>;

/// A weight tile: rows are k, columns are n. It stands in the weight SRAM row after row; a row
/// starts a new word. Lane l of a word begins at bit l * weight_bits of the layer; no weight
/// straddles words: top bits may stay unused.
struct Tile {
  models::NodeIndex node;  ///< whose weights these are
  int group = 0;
  int k0 = 0, rows = 0;     ///< used rows of the array
  int n0 = 0, columns = 0;  ///< used columns, within the group
  std::uint32_t words_per_row = 0;
  int lanes = 1;  ///< weights a word: column c stands in lane c % lanes of the row's word c / lanes
  std::uint32_t flag_words = 0;  ///< behind its rows, that tell how its columns are changed

  std::uint64_t words() const { return std::uint64_t{words_per_row} * static_cast<unsigned>(rows); }
};

/// Of a weight in its tile.
struct TilePosition {
  int row = 0, column = 0;
};

/// A tile loaded once and a block of M streamed through it.
struct Fold {
  TileIndex tile;
  std::size_t block = 0;  ///< output block within the layer: the sums that the fold adds to
  std::int64_t m0 = 0, m_count = 0;
  bool first_k = false;  ///< starts the block's sums from the biases
  bool last_k = false;   ///< completes the block's sums

  /// Of the accumulators, which holds the block's sums.
  int half() const { return static_cast<int>(block % 2); }
};

/// What a fold takes of the array, and how many vectors stream through it: one a cycle. A sum
/// leaves for each vector and column.
struct ArrayUse {
  int rows = 0, columns = 0;
  std::int64_t vectors = 0;

  std::int64_t sums() const { return vectors * columns; }
};

/// An element of a layer's matrix product; channels count through all groups.
struct OutputElement {
  int channel = 0;
  std::int64_t pixel = 0;
};

/// The work of one node. Matrix layers have folds; the vector unit alone does the others.
struct Layer {
  bool matrix = false;
  Gemm gemm;            ///< matrix layers
  int weight_bits = 0;  ///< matrix layers, 1 to 8
  BankRange banks;      ///< matrix layers: that hold its weights
  FoldIndex first_fold;
  std::size_t fold_count = 0, block_count = 0;
  std::int64_t vector_elements = 0;  ///< other layers: elements through the vector unit
  Cycle vector_latency = 0;          ///< other layers: cycles in which its lanes wait
};

struct TileProgram {
  hardware::AcceleratorSpec spec;
  Indexed<TileIndex, Tile> tiles;
  Indexed<FoldIndex, Fold> folds;
  models::ByNode<Layer> layers;
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
  const BankRange& banks_of(const Tile& tile) const { return layer_of(tile).banks; }
  /// Of a tile's first column, among all groups.
  int first_channel(const Tile& tile) const { return tile.group * layer_of(tile).gemm.n + tile.n0; }

  // The axes, weight stationary: rows are k, columns are n, the vectors that stream are m.
  ArrayUse use_of(const Fold& fold) const {
    const Tile& tile = tile_of(fold);
    return {tile.rows, tile.columns, fold.m_count};
  }
  /// A weight's index in the node's matrix, channel * K + k.
  std::size_t weight_at(const Tile& tile, const TilePosition& at) const {
    const std::int64_t channel = first_channel(tile) + at.column;
    return static_cast<std::size_t>(channel * layer_of(tile).gemm.k + tile.k0 + at.row);
  }
  /// Whose sum a fold adds to in an entry of the accumulators.
  OutputElement output_of(const Fold& fold, const hardware::AccumulatorEntry& sum) const {
    return {first_channel(tile_of(fold)) + sum.column, fold.m0 + sum.entry};
  }
  /// The other way; nothing where the fold adds to other sums.
  std::optional<hardware::AccumulatorEntry> entry_of(const Fold& fold,
                                                     const OutputElement& output) const {
    const ArrayUse use = use_of(fold);
    const int column = output.channel - first_channel(tile_of(fold));
    const std::int64_t entry = output.pixel - fold.m0;
    if (column < 0 || column >= use.columns || entry < 0 || entry >= use.vectors) return {};
    return hardware::AccumulatorEntry{fold.half(), column, entry};
  }
  /// Output channels that a fold's sums are of.
  int channels(const Fold& fold) const { return tile_of(fold).columns; }
  /// Products that a fold adds to a sum, at most.
  int k_part() const { return spec.array.rows; }
  /// How often a layer's activations are read: once for each tile of its output channels.
  int activation_passes(const Layer& layer) const {
    return divide_up(layer.gemm.n, spec.array.columns);
  }
  /// Blocks in which the accumulators take a layer's output pixels.
  std::int64_t m_blocks(const Layer& layer) const {
    return divide_up(layer.gemm.m, spec.accumulator.depth);
  }

  /// Of a tensor's first byte in the activation SRAM.
  std::uint64_t address_of(models::TensorId id) const { return tensor_address[id]; }
  /// Bytes of one tile in DRAM: the data of its words, their flags side by side, its flag words.
  std::uint64_t bytes_of(const Tile& tile) const {
    return data_bytes_of(tile) +
           divide_up(tile.words() * static_cast<unsigned>(spec.weight_sram.flag_bits),
                     std::uint64_t{8}) +
           tile.flag_words * word_bytes();
  }
  /// Of the data of one word.
  std::uint64_t word_bytes() const {
    return static_cast<unsigned>(spec.weight_sram.word_bits) / std::uint64_t{8};
  }
  std::uint64_t data_bytes_of(const Tile& tile) const { return tile.words() * word_bytes(); }
};

}  // namespace brownout::schedule

// The weights of many inferences of one chip at one voltage: read back once, then each inference
// only reads the words anew whose intermittent cells change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/faulty_words.hpp"
#include "memory/intermittent_cells.hpp"
#include "sim/storage/weight_locator.hpp"
#include "sim/storage/weight_readback.hpp"

namespace brownout::storage {

class InferenceReadback {
 public:
  /// `faults`: of the cells when a layer's words are read; `seed`: memory::inference_seed of the
  /// chip. What `stored` names, and `path`, must outlive
  /// this. Throws std::logic_error when `faults` has another geometry than the program's weight
  /// SRAM.
  InferenceReadback(const StoredWeights& stored, const WordPath& path,
                    const ByReadVoltage<memory::CellFaults>& faults, std::uint64_t seed);

  /// Whether inferences may differ: an intermittent cell would change what a word reads as.
  bool varies() const { return !cells_.empty(); }
  /// Moves on to an inference: every order gives the same. Returns current().
  const WeightReadback& move_to(std::uint64_t inference);
  /// Before the first move_to: without any intermittent cell's failure.
  const WeightReadback& current() const { return readback_; }
  /// Nodes of which the last move_to changed a weight, rising.
  const std::vector<models::NodeIndex>& changed_nodes() const { return changed_nodes_; }

 private:
  /// A word of a tile that stands on failing cells.
  struct Place {
    schedule::TileIndex tile;
    std::uint64_t index;
    WeightDamage damage = {};
    std::uint64_t refetched = 0;  // at each loading: 0 or 1
  };
  /// An intermittent cell that changes what its word reads as; all others never matter.
  struct Cell {
    memory::CellDraws draws;
    memory::WordMask mask;
    bool failing = false;
  };
  /// A word of the SRAM with such cells: in cells_, and the tiles on it in places_.
  struct Word {
    memory::WordMask certain;
    std::size_t first_cell, cells;
    std::size_t first_place, places;
  };

  void count_fetched();
  void add_other_words(const memory::CellFaults& faults);
  void add_word(const memory::FaultyWord& word, const memory::CellFaults& faults,
                std::uint64_t seed);
  bool matters(const memory::WordMask& mask) const;
  WeightsOfWord held_at(const Place& place) const;
  void read(Place& place, const memory::WordMask& mask);
  void sum_up();

  StoredWeights stored_;
  const WordPath& path_;
  TileFinder finder_;
  Indexed<schedule::TileIndex, std::uint64_t> fetches_;
  Indexed<schedule::TileIndex, bool> reads_;  // whether the faults at hand are those of its reads
  WeightReadback readback_;
  models::ByNode<WeightDamage> constant_;  // of all words without such cells
  Indexed<schedule::TileIndex, std::uint64_t> constant_refetched_;  // by tile, likewise
  std::vector<Word> words_;
  std::vector<Cell> cells_;
  std::vector<Place> places_;
  std::vector<Place> found_;  // the tiles on a word that are read at its voltage
  std::vector<models::NodeIndex> changed_nodes_;
};

}  // namespace brownout::storage

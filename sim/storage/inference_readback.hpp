// The weights of many inferences of one chip at one voltage: read back once, then each inference
// only flips the bits of the intermittent cells that fail in it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "memory/intermittent_cells.hpp"
#include "sim/storage/weight_readback.hpp"

namespace brownout::storage {

class InferenceReadback {
 public:
  /// `seed`: memory::inference_seed of the chip; `filter` as for read_back. `program` and `written`
  /// must outlive this. Throws std::logic_error when `faults` has another geometry than the
  /// program's weight SRAM.
  InferenceReadback(const schedule::TileProgram& program, const models::WeightSet& written,
                    const memory::CellFaults& faults, memory::Encoding encoding, std::uint64_t seed,
                    const FaultFilter& filter = {});

  /// Whether inferences may differ: an intermittent cell holds a weight bit that it would change.
  bool varies() const { return !cells_.empty(); }
  /// Moves on to an inference: every order gives the same. Returns current().
  const WeightReadback& move_to(std::uint64_t inference);
  /// Before the first move_to: without any intermittent cell's failure.
  const WeightReadback& current() const { return readback_; }
  /// Nodes of which the last move_to changed a weight, rising.
  const std::vector<std::size_t>& changed_nodes() const { return changed_nodes_; }

 private:
  /// A weight bit that reads wrong when its cell fails.
  struct WrongBit {
    std::size_t layer, node, weight;
    std::uint8_t mask;  // of the bit in its code
    std::uint64_t fetches;
  };
  /// An intermittent cell that holds such bits; all others never matter.
  struct Cell {
    memory::CellDraws draws;
    std::size_t first, count;  // in bits_
    bool failing = false;
  };

  void toggle(Cell& cell);
  void decode(const WrongBit& bit);
  std::span<const WrongBit> bits_of(const Cell& cell) const {
    return std::span(bits_).subspan(cell.first, cell.count);
  }

  const schedule::TileProgram& program_;
  const models::WeightSet& written_;
  memory::Encoding encoding_;
  WeightReadback readback_;
  std::vector<WrongBit> bits_;
  std::vector<Cell> cells_;
  std::vector<const Cell*> toggled_;  // by the last move_to
  std::vector<std::size_t> changed_nodes_;
};

}  // namespace brownout::storage

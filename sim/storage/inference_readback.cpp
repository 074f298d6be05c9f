// Flipping a bit twice restores it, so the way out of an inference is the way into it again.
#include "sim/storage/inference_readback.hpp"

#include <algorithm>
#include <optional>

#include "sim/storage/weight_locator.hpp"

namespace brownout::storage {

InferenceReadback::InferenceReadback(const schedule::TileProgram& program,
                                     const models::WeightSet& written,
                                     const memory::CellFaults& faults, memory::Encoding encoding,
                                     std::uint64_t seed, const FaultFilter& filter)
    : program_(program),
      written_(written),
      encoding_(encoding),
      readback_(read_back(program, written, faults.certain, encoding, filter)) {
  const memory::SramOrganisation organisation = program.spec.weight_sram.organisation();
  const std::vector<std::uint64_t> fetches = fetches_per_tile(program);
  const TileFinder finder(program.tiles);
  for (const memory::IntermittentCell& cell : faults.intermittent) {
    const std::size_t first = bits_.size();
    const memory::BitAddress address = organisation.address_of(cell.cell);
    finder.for_each_at(address.word, [&](std::size_t tile) {
      const auto hit = weight_bit_at(program, program.tiles[tile], address);
      if (!hit) return;
      const auto layer = static_cast<std::size_t>(program.tiles[tile].layer);
      const auto node = static_cast<std::size_t>(program.layers[layer].node);
      const bool stored = (readback_.codes[node][hit->weight] >> hit->bit & 1) != 0;
      if (!reads_wrong(cell.kind, filter, program.tiles[tile].layer, hit->bit, stored)) return;
      bits_.push_back(
          {layer, node, hit->weight, static_cast<std::uint8_t>(1U << hit->bit), fetches[tile]});
    });
    if (bits_.size() == first) continue;
    cells_.push_back({memory::CellDraws(seed, cell), first, bits_.size() - first});
  }
}

const WeightReadback& InferenceReadback::move_to(std::uint64_t inference) {
  toggled_.clear();
  changed_nodes_.clear();
  for (Cell& cell : cells_) {
    if (cell.draws.fails(inference) != cell.failing) toggle(cell);
  }
  // Decoded once all bits are in: a weight may have several.
  for (const Cell* cell : toggled_) {
    for (const WrongBit& bit : bits_of(*cell)) decode(bit);
  }
  std::sort(changed_nodes_.begin(), changed_nodes_.end());
  changed_nodes_.erase(std::unique(changed_nodes_.begin(), changed_nodes_.end()),
                       changed_nodes_.end());
  return readback_;
}

void InferenceReadback::toggle(Cell& cell) {
  cell.failing = !cell.failing;
  toggled_.push_back(&cell);
  for (const WrongBit& bit : bits_of(cell)) {
    readback_.codes[bit.node][bit.weight] ^= bit.mask;
    std::uint64_t& wrong = readback_.layers[bit.layer].bits_wrong;
    wrong = cell.failing ? wrong + bit.fetches : wrong - bit.fetches;
  }
}

void InferenceReadback::decode(const WrongBit& bit) {
  std::int8_t& weight = readback_.weights[bit.node][bit.weight];
  const std::int8_t written = written_[bit.node][bit.weight];
  std::uint64_t& changed = readback_.layers[bit.layer].weights_changed;
  const auto read = static_cast<std::int8_t>(memory::decode(
      encoding_, readback_.codes[bit.node][bit.weight], program_.layers[bit.layer].weight_bits));
  if (read == weight) return;
  if (weight == written) ++changed;
  if (read == written) --changed;
  weight = read;
  if (changed_nodes_.empty() || changed_nodes_.back() != bit.node) {
    changed_nodes_.push_back(bit.node);
  }
}

}  // namespace brownout::storage

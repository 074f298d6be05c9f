#include "sim/schedule/placement.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace brownout::schedule {
namespace {

std::string kib(std::uint64_t words, int word_bits) {
  const std::uint64_t bytes = words * static_cast<unsigned>(word_bits) / 8;
  return std::to_string((bytes + 1023) / 1024) + " KiB";
}

void place_resident(TileProgram& program, std::uint64_t capacity) {
  std::uint64_t next = 0;
  for (Tile& tile : program.tiles) {
    tile.address = next;
    next += tile.words();
  }
  if (next > capacity) {
    const int bits = program.spec.weight_sram.word_bits;
    throw std::runtime_error("placement: resident: the network's tiles need " + kib(next, bits) +
                             " of weight SRAM, the accelerator has " + kib(capacity, bits) +
                             " (use placement: streaming, or a larger weight_sram.capacity_kib)");
  }
}

void place_in_ring(TileProgram& program, std::uint64_t capacity) {
  std::uint64_t next = 0;
  int layer = -1;
  for (Tile& tile : program.tiles) {
    if (tile.words() > capacity) {
      const int bits = program.spec.weight_sram.word_bits;
      throw std::runtime_error("placement: a tile needs " + kib(tile.words(), bits) +
                               " of weight SRAM, the accelerator has " + kib(capacity, bits));
    }
    const bool restart =
        program.spec.placement == hardware::Placement::kRestartPerLayer && tile.layer != layer;
    if (restart || next + tile.words() > capacity) next = 0;
    layer = tile.layer;
    tile.address = next;
    next += tile.words();
  }
}

/// A fold's words arrive while the array works on the fold before it (double buffering): they may
/// be written once the fold two before has been loaded, or, where they overlap the words of the
/// fold just before, once that one has.
void order_transfers(TileProgram& program) {
  for (std::size_t i = 1; i < program.folds.size(); ++i) {
    const Tile& tile = program.tile_of(program.folds[i]);
    const Tile& before = program.tile_of(program.folds[i - 1]);
    const bool overlaps = tile.address < before.end() && before.address < tile.end();
    program.folds[i].transfer_after = static_cast<int>(i) - (overlaps ? 1 : 2);
  }
}

}  // namespace

void place_tiles(TileProgram& program) {
  const std::uint64_t capacity = program.spec.weight_sram.organisation().words;
  for (const Tile& tile : program.tiles) program.weight_words += tile.words();
  if (program.streams_weights()) {
    place_in_ring(program, capacity);
    order_transfers(program);
  } else {
    place_resident(program, capacity);
  }
}

}  // namespace brownout::schedule

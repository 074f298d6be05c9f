#include "sim/storage/row_placement.hpp"

#include <numeric>
#include <optional>
#include <vector>

#include "sim/storage/assignment.hpp"

namespace brownout::storage {
namespace {

class TileRows {
 public:
  TileRows(const schedule::TileProgram& program, const schedule::WeightLayout& layout,
           const WeightImage& image, const WordPath& path,
           const ByReadVoltage<memory::WordMasks>& known)
      : program_(program), layout_(layout), image_(image), path_(path), known_(known) {}

  std::vector<std::uint32_t> place(schedule::TileIndex number) const {
    const schedule::Tile& tile = program_.tiles[number];
    const memory::WordMasks& known = known_.of(tile.node);
    const auto rows = static_cast<std::size_t>(tile.rows);
    const std::size_t slots = rows + static_cast<std::size_t>(layout_.spare_rows);
    std::vector<std::vector<std::int64_t>> costs(rows, std::vector<std::int64_t>(slots));
    bool any = false;
    for (std::uint32_t slot = 0; slot < slots; ++slot) {
      for (std::uint32_t w = 0; w < tile.words_per_row; ++w) {
        const std::uint64_t address =
            layout_.slot_address(number, std::uint64_t{slot} * tile.words_per_row + w);
        if (known.is_clean(address)) continue;
        any = true;
        const memory::WordMask mask = known.word(address);
        for (std::uint32_t row = 0; row < rows; ++row) {
          costs[row][slot] += damage(number, row, w, mask);
        }
      }
    }
    if (any) return cheapest_assignment(costs);
    std::vector<std::uint32_t> in_order(rows);
    std::iota(in_order.begin(), in_order.end(), 0U);
    return in_order;
  }

 private:
  std::int64_t damage(schedule::TileIndex number, std::uint32_t row, std::uint32_t w,
                      const memory::WordMask& mask) const {
    const schedule::Tile& tile = program_.tiles[number];
    const TileWord word = tile_word(program_, tile, w);
    const memory::WordBits stored =
        image_.word(number, std::uint64_t{row} * tile.words_per_row + w);
    return static_cast<std::int64_t>(path_.damage(word, path_.read(word, stored).codes, mask));
  }

  const schedule::TileProgram& program_;
  const schedule::WeightLayout& layout_;
  const WeightImage& image_;
  const WordPath& path_;
  const ByReadVoltage<memory::WordMasks>& known_;
};

}  // namespace

schedule::WeightLayout with_rows_placed(const schedule::TileProgram& program,
                                        const schedule::WeightLayout& layout,
                                        const WeightImage& image, const WordPath& path,
                                        const ByReadVoltage<memory::WordMasks>& known) {
  schedule::WeightLayout placed = layout;
  const TileRows rows(program, layout, image, path, known);
  for (const schedule::TileIndex tile : program.tiles.indices()) {
    placed.slots.push_back(rows.place(tile));
  }
  return placed;
}

}  // namespace brownout::storage

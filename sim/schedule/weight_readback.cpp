#include "sim/schedule/weight_readback.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace brownout::schedule {
namespace {

/// Finds the tiles that hold a word. Addresses rise from tile to tile until the ring wraps, so the
/// tiles are runs of rising addresses with at most one tile per run at a word.
class TileFinder {
 public:
  explicit TileFinder(const std::vector<Tile>& tiles) : tiles_(tiles) {
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      if (i == 0 || tiles[i].address < tiles[i - 1].end()) run_begin_.push_back(i);
    }
    run_begin_.push_back(tiles.size());
  }

  template <typename Visit>
  void for_each_at(std::uint64_t word, Visit&& visit) const {
    for (std::size_t run = 0; run + 1 < run_begin_.size(); ++run) {
      const auto first = tiles_.begin() + static_cast<std::ptrdiff_t>(run_begin_[run]);
      const auto last = tiles_.begin() + static_cast<std::ptrdiff_t>(run_begin_[run + 1]);
      auto after = std::upper_bound(first, last, word, [](std::uint64_t value, const Tile& tile) {
        return value < tile.address;
      });
      if (after == first) continue;
      const auto found = after - 1;
      if (word < found->end()) visit(static_cast<std::size_t>(found - tiles_.begin()));
    }
  }

 private:
  const std::vector<Tile>& tiles_;
  std::vector<std::size_t> run_begin_;
};

/// A weight bit: weight index in the node's matrix, bit of its code.
struct WeightBit {
  std::size_t weight;
  int bit;
};

std::optional<WeightBit> weight_bit_at(const TileProgram& program, const Tile& tile,
                                       const memory::BitAddress& address) {
  const int bits = program.weight_bits;
  const int lanes = program.spec.weight_sram.word_bits / bits;
  const int lane = static_cast<int>(address.bit) / bits;
  if (lane >= lanes) return std::nullopt;
  const auto word = static_cast<std::int64_t>(address.word - tile.address);
  const std::int64_t row = word / tile.words_per_row;
  const std::int64_t column = word % tile.words_per_row * lanes + lane;
  if (column >= tile.columns) return std::nullopt;
  const Gemm& gemm = program.layers[static_cast<std::size_t>(tile.layer)].gemm;
  const std::int64_t channel = std::int64_t{tile.group} * gemm.n + tile.n0 + column;
  return WeightBit{static_cast<std::size_t>(channel * gemm.k + tile.k0 + row),
                   static_cast<int>(address.bit) % bits};
}

bool read_bit(memory::FaultKind kind, bool stored) {
  switch (kind) {
    case memory::FaultKind::kStuckAt0:
      return false;
    case memory::FaultKind::kStuckAt1:
      return true;
    case memory::FaultKind::kFlip:
      return !stored;
  }
  throw std::logic_error("unknown fault kind");
}

std::vector<std::uint64_t> fetches_per_tile(const TileProgram& program) {
  std::vector<std::uint64_t> fetches(program.tiles.size(), 0);
  for (const Fold& fold : program.folds) ++fetches[static_cast<std::size_t>(fold.tile)];
  return fetches;
}

std::vector<std::vector<std::uint8_t>> encode_all(const models::WeightSet& weights,
                                                  memory::Encoding encoding, int bits) {
  std::vector<std::vector<std::uint8_t>> codes(weights.size());
  for (std::size_t node = 0; node < weights.size(); ++node) {
    codes[node].reserve(weights[node].size());
    for (const std::int8_t weight : weights[node]) {
      codes[node].push_back(static_cast<std::uint8_t>(memory::encode(encoding, weight, bits)));
    }
  }
  return codes;
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

double WeightReadback::effective_ber() const {
  std::uint64_t wrong = 0;
  std::uint64_t fetched = 0;
  for (const LayerReadback& layer : layers) {
    wrong += layer.bits_wrong;
    fetched += layer.bits_fetched;
  }
  return share(wrong, fetched);
}

double WeightReadback::weights_changed() const {
  std::uint64_t changed = 0;
  std::uint64_t total = 0;
  for (const LayerReadback& layer : layers) {
    changed += layer.weights_changed;
    total += layer.weights;
  }
  return share(changed, total);
}

WeightReadback read_back(const TileProgram& program, const models::WeightSet& written,
                         const memory::CellMasks& cells, memory::Encoding encoding) {
  const memory::SramOrganisation organisation = program.spec.weight_sram.organisation();
  if (cells.geometry() != organisation.geometry()) {
    throw std::logic_error("read_back: masks of another geometry");
  }
  WeightReadback result{written, std::vector<LayerReadback>(program.layers.size())};
  const int bits = program.weight_bits;
  const std::vector<std::uint64_t> fetches = fetches_per_tile(program);
  for (std::size_t i = 0; i < program.tiles.size(); ++i) {
    const Tile& tile = program.tiles[i];
    LayerReadback& layer = result.layers[static_cast<std::size_t>(tile.layer)];
    const auto weights =
        static_cast<std::uint64_t>(tile.rows) * static_cast<unsigned>(tile.columns);
    layer.weights += weights;
    layer.bits_fetched += weights * static_cast<unsigned>(bits) * fetches[i];
  }

  // Codes take the faults, and are decoded once all are in: an encoding may have two codes of one
  // value (sign-magnitude has two zeros), so a value in between would forget bits.
  std::vector<std::vector<std::uint8_t>> codes = encode_all(written, encoding, bits);
  const TileFinder finder(program.tiles);
  cells.for_each([&](const memory::CellAddress& cell, memory::FaultKind kind) {
    const memory::BitAddress address = organisation.address_of(cell);
    finder.for_each_at(address.word, [&](std::size_t index) {
      const Tile& tile = program.tiles[index];
      const std::optional<WeightBit> hit = weight_bit_at(program, tile, address);
      if (!hit) return;
      const auto node =
          static_cast<std::size_t>(program.layers[static_cast<std::size_t>(tile.layer)].node);
      std::uint8_t& code = codes[node][hit->weight];
      const bool stored = (code >> hit->bit & 1) != 0;
      if (read_bit(kind, stored) == stored) return;
      code = static_cast<std::uint8_t>(code ^ (1U << hit->bit));
      result.layers[static_cast<std::size_t>(tile.layer)].bits_wrong += fetches[index];
    });
  });

  for (std::size_t i = 0; i < program.layers.size(); ++i) {
    const auto node = static_cast<std::size_t>(program.layers[i].node);
    for (std::size_t w = 0; w < written[node].size(); ++w) {
      const int read = memory::decode(encoding, codes[node][w], bits);
      result.weights[node][w] = static_cast<std::int8_t>(read);
      result.layers[i].weights_changed += read != written[node][w] ? 1 : 0;
    }
  }
  return result;
}

}  // namespace brownout::schedule

#include "sim/storage/inference_readback.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace brownout::storage {
namespace {

/// What a read did, its weights aside.
WeightDamage damage_of(const ReadWord& read, const memory::WideBits& stored,
                       std::uint64_t fetches) {
  WeightDamage damage;
  damage.one_to_zero = (read.wrong & stored).count() * fetches;
  damage.zero_to_one = (read.wrong & ~stored).count() * fetches;
  damage.words_touched = read.wrong == memory::WideBits{} ? 0 : 1;
  damage.codewords = read.codewords * fetches;
  return damage;
}

}  // namespace

InferenceReadback::InferenceReadback(const StoredWeights& stored, const WordPath& path,
                                     const ByReadVoltage<memory::CellFaults>& faults,
                                     std::uint64_t seed)
    : stored_(stored),
      path_(path),
      finder_(stored.program, stored.layout),
      fetches_(fetches_per_tile(stored.program)),
      reads_(stored.program.tiles.size()),
      readback_{stored.image.weights(), {}, {}},
      constant_(stored.program.layers.size()),
      constant_refetched_(stored.program.tiles.size()) {
  count_fetched();
  for (std::size_t voltage = 0; voltage < faults.values().size(); ++voltage) {
    for (const schedule::TileIndex t : stored.program.tiles.indices()) {
      reads_[t] = faults.voltage_of(stored.program.tiles[t].node) == voltage;
    }
    const memory::CellFaults& cells = faults.values()[voltage];
    memory::for_each_faulty_word(path.organisation(), cells, [&](const memory::FaultyWord& word) {
      add_word(word, cells, seed);
    });
    add_other_words(cells);
  }
  sum_up();
}

/// Words that may read otherwise than the network has them though no cell of theirs fails: known
/// as failing at another voltage, or in changed columns.
void InferenceReadback::add_other_words(const memory::CellFaults& faults) {
  if (stored_.known.empty()) return;
  std::vector<bool> counted(path_.organisation().words);
  memory::for_each_faulty_word(path_.organisation(), faults,
                               [&](const memory::FaultyWord& word) { counted[word.word] = true; });
  for (const schedule::TileIndex t : stored_.program.tiles.indices()) {
    if (!reads_[t]) continue;
    const schedule::Tile& tile = stored_.program.tiles[t];
    const memory::WordMasks& known = stored_.known.of(tile.node);
    for (std::uint64_t index = 0; index < tile.words(); ++index) {
      const std::uint64_t address = stored_.address_of(t, index);
      // In changed columns not every weight has another sign.
      const bool as_wanted =
          known.is_clean(address) && !stored_.image.changes_columns(t, index % tile.words_per_row);
      if (counted[address] || as_wanted) continue;
      Place place{t, index};
      read(place, {});
      constant_[tile.node] += place.damage;
    }
  }
}

void InferenceReadback::count_fetched() {
  for (const schedule::TileIndex t : fetches_.indices()) {
    const schedule::Tile& tile = stored_.program.tiles[t];
    const auto bits = static_cast<unsigned>(stored_.program.layer_of(tile).weight_bits);
    const auto weights =
        static_cast<std::uint64_t>(tile.rows) * static_cast<unsigned>(tile.columns);
    WeightDamage& layer = constant_[tile.node];
    layer.words += tile.words();
    layer.weights += weights;
    layer.bits_fetched += weights * bits * fetches_[t];
    layer.codewords_fetched += tile.words() * path_.codewords() * fetches_[t];
  }
}

void InferenceReadback::add_word(const memory::FaultyWord& word, const memory::CellFaults& faults,
                                 std::uint64_t seed) {
  found_.clear();
  finder_.for_each_at(word.word, [&](schedule::TileIndex tile, std::uint64_t index) {
    if (reads_[tile]) found_.push_back({tile, index});
  });
  for (Place& place : found_) read(place, word.certain);
  const std::size_t first_cell = cells_.size();
  for (const memory::FaultyWord::Intermittent& cell : word.intermittent) {
    if (!matters(cell.mask)) continue;
    cells_.push_back({memory::CellDraws(seed, faults.intermittent[cell.cell]), cell.mask});
  }
  if (cells_.size() > first_cell) {
    words_.push_back(
        {word.certain, first_cell, cells_.size() - first_cell, places_.size(), found_.size()});
    places_.insert(places_.end(), found_.begin(), found_.end());
    return;
  }
  for (const Place& place : found_) {
    constant_[stored_.program.tiles[place.tile].node] += place.damage;
    constant_refetched_[place.tile] += place.refetched;
  }
}

/// Whether a failure changes what one of the found places reads as.
bool InferenceReadback::matters(const memory::WordMask& mask) const {
  return std::any_of(found_.begin(), found_.end(), [&](const Place& place) {
    const memory::WordBits stored = stored_.image.word(place.tile, place.index);
    const WeightsOfWord held = held_at(place);
    return path_.read(held.word, stored, mask) != path_.read(held.word, stored);
  });
}

WeightsOfWord InferenceReadback::held_at(const Place& place) const {
  WeightsOfWord held = weights_of(stored_.program, place.tile, place.index);
  held.word.columns = stored_.image.columns(
      place.tile, place.index % stored_.program.tiles[place.tile].words_per_row);
  return held;
}

const WeightReadback& InferenceReadback::move_to(std::uint64_t inference) {
  changed_nodes_.clear();
  bool any = false;
  for (const Word& word : words_) {
    bool toggled = false;
    memory::WordMask mask = word.certain;
    for (Cell& cell : std::span(cells_).subspan(word.first_cell, word.cells)) {
      const bool fails = cell.draws.fails(inference);
      toggled |= fails != cell.failing;
      cell.failing = fails;
      if (fails) mask = mask | cell.mask;
    }
    if (!toggled) continue;
    any = true;
    for (Place& place : std::span(places_).subspan(word.first_place, word.places)) {
      read(place, mask);
    }
  }
  if (any) sum_up();
  std::sort(changed_nodes_.begin(), changed_nodes_.end());
  changed_nodes_.erase(std::unique(changed_nodes_.begin(), changed_nodes_.end()),
                       changed_nodes_.end());
  return readback_;
}

/// Takes the weights of a place from its word as `mask` delivers it.
void InferenceReadback::read(Place& place, const memory::WordMask& mask) {
  const WeightsOfWord held = held_at(place);
  const models::NodeIndex node = held.word.node;
  const memory::WordBits stored = stored_.image.word(place.tile, place.index);
  const std::uint64_t address = stored_.address_of(place.tile, place.index);
  const ReadWord word = path_.read(held.word, stored, mask, stored_.known_at(node, address));
  const memory::CodeTable& table = path_.table(held.word.weight_bits);
  place.damage = damage_of(word, stored.data, fetches_[place.tile]);
  place.refetched = word.codewords.refetched;
  for (int lane = 0; lane < held.word.weights; ++lane) {
    const std::size_t weight = held.first + static_cast<std::size_t>(lane) * held.stride;
    const std::uint64_t code = held.word.code(word.codes, lane);
    const std::int8_t value = table.value(code), wanted = stored_.wanted[node][weight];
    const auto error = static_cast<std::uint64_t>(std::abs(int{value} - int{wanted}));
    place.damage.bits_residual +=
        static_cast<unsigned>(std::popcount(code ^ table.code(wanted))) * fetches_[place.tile];
    place.damage.weights_changed += error != 0 ? 1 : 0;
    place.damage.error_sum += error;
    place.damage.error_max = std::max(place.damage.error_max, error);
    std::int8_t& current = readback_.weights[node][weight];
    if (current == value) continue;
    current = value;
    if (changed_nodes_.empty() || changed_nodes_.back() != node) changed_nodes_.push_back(node);
  }
}

void InferenceReadback::sum_up() {
  readback_.layers = constant_;
  readback_.refetched = constant_refetched_;
  for (const Place& place : places_) {
    readback_.layers[stored_.program.tiles[place.tile].node] += place.damage;
    readback_.refetched[place.tile] += place.refetched;
  }
  const auto none = [](std::uint64_t words) { return words == 0; };
  if (std::all_of(readback_.refetched.begin(), readback_.refetched.end(), none)) {
    readback_.refetched.clear();
  }
}

}  // namespace brownout::storage

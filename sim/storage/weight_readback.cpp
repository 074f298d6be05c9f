#include "sim/storage/weight_readback.hpp"

#include <optional>
#include <stdexcept>

#include "sim/storage/weight_locator.hpp"

namespace brownout::storage {
namespace {

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

bool passes(const FaultFilter& filter, int layer, int bit, bool stored) {
  if (!filter.passes_layer(layer) || (filter.bits >> bit & 1U) == 0) return false;
  switch (filter.polarity) {
    case FaultPolarity::kBoth:
      return true;
    case FaultPolarity::kZeroToOne:
      return !stored;
    case FaultPolarity::kOneToZero:
      return stored;
  }
  throw std::logic_error("unknown polarity");
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

LayerReadback sum_of(const std::vector<LayerReadback>& layers) {
  LayerReadback sum;
  for (const LayerReadback& layer : layers) sum += layer;
  return sum;
}

}  // namespace

WeightCodes encode_weights(const schedule::TileProgram& program, const models::WeightSet& weights,
                           memory::Encoding encoding) {
  WeightCodes codes(weights.size());
  for (const schedule::Layer& layer : program.layers) {
    const auto node = static_cast<std::size_t>(layer.node);
    const int bits = layer.weight_bits;
    codes[node].reserve(weights[node].size());
    for (const std::int8_t weight : weights[node]) {
      codes[node].push_back(static_cast<std::uint8_t>(memory::encode(encoding, weight, bits)));
    }
  }
  return codes;
}

LayerReadback& LayerReadback::operator+=(const LayerReadback& other) {
  bits_fetched += other.bits_fetched;
  bits_wrong += other.bits_wrong;
  weights += other.weights;
  weights_changed += other.weights_changed;
  return *this;
}

double effective_ber(const std::vector<LayerReadback>& layers) {
  const LayerReadback all = sum_of(layers);
  return share(all.bits_wrong, all.bits_fetched);
}

double weights_changed(const std::vector<LayerReadback>& layers) {
  const LayerReadback all = sum_of(layers);
  return share(all.weights_changed, all.weights);
}

bool reads_wrong(memory::FaultKind kind, const FaultFilter& filter, int layer, int bit,
                 bool stored) {
  return read_bit(kind, stored) != stored && passes(filter, layer, bit, stored);
}

WeightReadback read_back(const schedule::TileProgram& program, const models::WeightSet& written,
                         const memory::CellMasks& cells, memory::Encoding encoding,
                         const FaultFilter& filter) {
  const memory::SramOrganisation organisation = program.spec.weight_sram.organisation();
  if (cells.geometry() != organisation.geometry()) {
    throw std::logic_error("read_back: masks of another geometry");
  }
  WeightReadback result{written, encode_weights(program, written, encoding),
                        std::vector<LayerReadback>(program.layers.size())};
  const std::vector<std::uint64_t> fetches = fetches_per_tile(program);
  for (std::size_t i = 0; i < program.tiles.size(); ++i) {
    const schedule::Tile& tile = program.tiles[i];
    const auto bits = static_cast<unsigned>(program.layer_of(tile).weight_bits);
    LayerReadback& layer = result.layers[static_cast<std::size_t>(tile.layer)];
    const auto weights =
        static_cast<std::uint64_t>(tile.rows) * static_cast<unsigned>(tile.columns);
    layer.weights += weights;
    layer.bits_fetched += weights * bits * fetches[i];
  }

  const TileFinder finder(program.tiles);
  cells.for_each([&](const memory::CellAddress& cell, memory::FaultKind kind) {
    const memory::BitAddress address = organisation.address_of(cell);
    finder.for_each_at(address.word, [&](std::size_t index) {
      const schedule::Tile& tile = program.tiles[index];
      const std::optional<WeightBit> hit = weight_bit_at(program, tile, address);
      if (!hit) return;
      const auto layer = static_cast<std::size_t>(tile.layer);
      std::uint8_t& code =
          result.codes[static_cast<std::size_t>(program.layers[layer].node)][hit->weight];
      const bool stored = (code >> hit->bit & 1) != 0;
      if (!reads_wrong(kind, filter, tile.layer, hit->bit, stored)) return;
      code = static_cast<std::uint8_t>(code ^ (1U << hit->bit));
      result.layers[layer].bits_wrong += fetches[index];
    });
  });

  // Decoded once all faults are in.
  for (std::size_t i = 0; i < program.layers.size(); ++i) {
    const auto node = static_cast<std::size_t>(program.layers[i].node);
    for (std::size_t w = 0; w < written[node].size(); ++w) {
      const int read =
          memory::decode(encoding, result.codes[node][w], program.layers[i].weight_bits);
      result.weights[node][w] = static_cast<std::int8_t>(read);
      result.layers[i].weights_changed += read != written[node][w] ? 1 : 0;
    }
  }
  return result;
}

}  // namespace brownout::storage

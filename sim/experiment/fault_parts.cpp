#include "sim/experiment/fault_parts.hpp"

#include <algorithm>
#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::experiment {
namespace {

using storage::FaultFilter;
using storage::FaultPolarity;

constexpr FaultDimension kDimensions[] = {FaultDimension::kLayer, FaultDimension::kBit,
                                          FaultDimension::kPolarity};

FaultDimension parse_dimension(std::string_view name) {
  for (const FaultDimension dimension : kDimensions) {
    if (name == to_string(dimension)) return dimension;
  }
  throw InputError(in_quotes(name) +
                   " is not one of layer, bit, polarity; bank, row or bitline stand alone");
}

const models::Convolution* weights_of(const models::QuantizedNetwork& network,
                                      models::NodeIndex layer) {
  return std::get_if<models::Convolution>(&network.nodes[layer]);
}

/// The bits of a weight's code that a filter lets change, whatever the direction.
std::uint32_t code_bits(const models::Convolution& layer, const FaultFilter& filter) {
  return filter.bits & ((std::uint32_t{1} << layer.weight_bits) - 1);
}

void count_weights(const storage::StoredWeights& stored, const memory::StorageScheme& scheme,
                   FaultPart& part) {
  const schedule::TileProgram& program = stored.program;
  const storage::WordPath path(scheme, program.spec.weight_sram.organisation(), part.filter);
  for (const schedule::TileIndex t : program.tiles.indices()) {
    const schedule::Tile& tile = program.tiles[t];
    const std::uint32_t code = (std::uint32_t{1} << program.layer_of(tile).weight_bits) - 1;
    if (!part.filter.passes_layer(tile.node) || (part.filter.bits & code) == 0) continue;
    part.weights += static_cast<std::uint64_t>(tile.rows) * static_cast<unsigned>(tile.columns);
    for (std::uint64_t w = 0; w < tile.words(); ++w) {
      const auto word =
          storage::tile_word(program, tile, static_cast<std::uint32_t>(w % tile.words_per_row));
      part.weight_bits += path.changeable(word, stored.image.word(t, w)).count();
    }
  }
}

std::vector<FaultPart> by_layer(const models::QuantizedNetwork& network, const FaultPart& whole) {
  std::vector<FaultPart> parts;
  for (const models::NodeIndex i : network.nodes.indices()) {
    const models::Convolution* layer = weights_of(network, i);
    if (layer == nullptr || !whole.filter.passes_layer(i)) continue;
    FaultPart part = whole;
    part.layer = layer->name;
    part.filter.layers.assign(network.nodes.size(), false);
    part.filter.layers[i] = true;
    // Layers may be narrower than the filter's bits.
    part.filter.bits = code_bits(*layer, whole.filter);
    if (part.filter.bits != 0) parts.push_back(std::move(part));
  }
  return parts;
}

std::vector<FaultPart> by_bit(const models::QuantizedNetwork& network, const FaultPart& whole) {
  std::uint32_t present = 0;
  for (const models::NodeIndex i : network.nodes.indices()) {
    const models::Convolution* layer = weights_of(network, i);
    if (layer == nullptr || !whole.filter.passes_layer(i)) continue;
    present |= code_bits(*layer, whole.filter);
  }
  std::vector<FaultPart> parts;
  for (int bit = 0; present >> bit != 0; ++bit) {
    if ((present >> bit & 1U) == 0) continue;
    FaultPart part = whole;
    part.bit = std::to_string(bit);
    part.filter.bits = 1U << bit;
    parts.push_back(std::move(part));
  }
  return parts;
}

std::vector<FaultPart> by_polarity(const FaultPart& whole) {
  std::vector<FaultPart> parts;
  for (const FaultPolarity polarity : {FaultPolarity::kZeroToOne, FaultPolarity::kOneToZero}) {
    if (whole.filter.polarity != FaultPolarity::kBoth && whole.filter.polarity != polarity)
      continue;
    FaultPart part = whole;
    part.polarity = storage::to_string(polarity);
    part.filter.polarity = polarity;
    parts.push_back(std::move(part));
  }
  return parts;
}

std::vector<FaultPart> split(const models::QuantizedNetwork& network, const FaultPart& whole,
                             FaultDimension dimension) {
  switch (dimension) {
    case FaultDimension::kLayer:
      return by_layer(network, whole);
    case FaultDimension::kBit:
      return by_bit(network, whole);
    case FaultDimension::kPolarity:
      return by_polarity(whole);
  }
  throw std::logic_error("unknown dimension");
}

}  // namespace

std::vector<FaultDimension> parse_dimensions(std::string_view text) {
  const std::size_t comma = text.find(',');
  std::vector<FaultDimension> dimensions = {parse_dimension(text.substr(0, comma))};
  if (comma == std::string_view::npos) return dimensions;
  if (text.find(',', comma + 1) != std::string_view::npos) {
    throw InputError(in_quotes(text) + " are more than two dimensions");
  }
  dimensions.push_back(parse_dimension(text.substr(comma + 1)));
  if (dimensions.front() == dimensions.back()) {
    throw InputError(in_quotes(text) + " names a dimension twice");
  }
  std::sort(dimensions.begin(), dimensions.end());
  return dimensions;
}

std::string to_string(FaultDimension dimension) {
  switch (dimension) {
    case FaultDimension::kLayer:
      return "layer";
    case FaultDimension::kBit:
      return "bit";
    case FaultDimension::kPolarity:
      return "polarity";
  }
  throw std::logic_error("a dimension without a name");
}

std::string FaultPart::name() const {
  if (layer == bit && bit == polarity) return layer;  // all or none of them
  std::string text;
  const auto add = [&](const std::string& what) { text += (text.empty() ? "" : ", ") + what; };
  if (layer != "all") add("layer " + layer);
  if (bit != "all") add("bit " + bit);
  if (polarity != "all") add(polarity);
  return text;
}

std::vector<FaultPart> split_faults(const models::QuantizedNetwork& network,
                                    const storage::StoredWeights& stored,
                                    const memory::StorageScheme& scheme, const FaultFilter& whole,
                                    const std::vector<FaultDimension>& dimensions) {
  FaultPart all;
  all.filter = whole;
  FaultPart none{.layer = "none", .bit = "none", .polarity = "none", .filter = whole};
  none.filter.bits = 0;

  std::vector<FaultPart> parts = {all};
  for (const FaultDimension dimension : dimensions) {
    std::vector<FaultPart> finer;
    for (const FaultPart& part : parts) {
      const std::vector<FaultPart> pieces = split(network, part, dimension);
      finer.insert(finer.end(), pieces.begin(), pieces.end());
    }
    parts = std::move(finer);
  }
  parts.insert(parts.begin(), {none, all});
  for (FaultPart& part : parts) count_weights(stored, scheme, part);
  return parts;
}

}  // namespace brownout::experiment

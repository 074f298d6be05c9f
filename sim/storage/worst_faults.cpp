#include "sim/storage/worst_faults.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <tuple>

#include "memory/word_parts.hpp"
#include "sim/storage/weight_image.hpp"
#include "sim/storage/weight_locator.hpp"

namespace brownout::storage {
namespace {

float scale_of(const models::Convolution& layer, int channel) {
  const std::vector<float>& scales = layer.weight_scales;
  return scales[scales.size() == 1 ? 0 : static_cast<std::size_t>(channel)];
}

/// The largest |weight| in real units; one step where all weights are 0.
double range_of(const models::Convolution& layer) {
  double range = 0;
  for (std::size_t i = 0; i < layer.weights.size(); ++i) {
    const int channel = static_cast<int>(i) / layer.k_size();
    range = std::max(range, std::abs(int{layer.weights[i]}) * double{scale_of(layer, channel)});
  }
  return range > 0 ? range : double{scale_of(layer, 0)};
}

bool is_worse(const WeightFault& left, const WeightFault& right) {
  if (left.relative_error != right.relative_error) {
    return left.relative_error > right.relative_error;
  }
  return std::tie(left.cell, left.node, left.tile, left.weight) <
         std::tie(right.cell, right.node, right.tile, right.weight);
}

/// The worst so far: a heap whose front is the mildest of them.
class Worst {
 public:
  explicit Worst(std::size_t count) : count_(count) {}

  void offer(const WeightFault& fault) {
    if (heap_.size() == count_ && !is_worse(fault, heap_.front())) return;
    if (heap_.size() == count_) {
      std::pop_heap(heap_.begin(), heap_.end(), is_worse);
      heap_.pop_back();
    }
    heap_.push_back(fault);
    std::push_heap(heap_.begin(), heap_.end(), is_worse);
  }
  std::vector<WeightFault> take() {
    std::sort_heap(heap_.begin(), heap_.end(), is_worse);
    return std::move(heap_);
  }

 private:
  std::size_t count_;
  std::vector<WeightFault> heap_;
};

/// Bits of a word that a mask has a fault on.
memory::WordBits failing_bits(const memory::WordMask& mask) {
  return mask.stuck_at_0 | mask.stuck_at_1 | mask.flip;
}

/// The mask of one of these bits alone.
memory::WordMask only(const memory::WordMask& mask, const memory::WordBits& bit) {
  return {mask.stuck_at_0 & bit, mask.stuck_at_1 & bit, mask.flip & bit};
}

/// The faults of one layer's weights.
class LayerFaults {
 public:
  LayerFaults(const StoredWeights& stored, const WordPath& path, const memory::WordMasks& masks,
              const models::Convolution& layer)
      : stored_(stored),
        path_(path),
        masks_(masks),
        layer_(layer),
        parts_(path.organisation()),
        range_(range_of(layer)) {}

  /// Offers every fault on the words of a tile; `tile_of_layer` is its number.
  void offer(schedule::TileIndex tile, int tile_of_layer, std::uint64_t fetches,
             Worst& worst) const {
    const schedule::Tile& at = stored_.program.tiles[tile];
    for (int row = 0; row < at.rows; ++row) {
      for (std::uint32_t w = 0; w < at.words_per_row; ++w) {
        const std::uint64_t index = static_cast<std::uint64_t>(row) * at.words_per_row + w;
        const std::uint64_t address = stored_.address_of(tile, index);
        if (masks_.is_clean(address)) continue;
        WeightFault fault;
        fault.node = at.node;
        fault.tile = tile_of_layer;
        fault.group = at.group;
        fault.fetches = fetches;
        offer_word({tile, index, address, row, static_cast<int>(w) * at.lanes}, fault, worst);
      }
    }
  }

 private:
  struct Place {
    schedule::TileIndex tile;
    std::uint64_t index, address;
    int row, first_column;
  };

  void offer_word(const Place& place, WeightFault fault, Worst& worst) const {
    const schedule::Tile& tile = stored_.program.tiles[place.tile];
    const auto word_of_row = static_cast<std::uint32_t>(place.first_column / tile.lanes);
    TileWord word = tile_word(stored_.program, tile, word_of_row);
    word.columns = stored_.image.columns(place.tile, word_of_row);
    const memory::WordBits stored = stored_.image.word(place.tile, place.index);
    const memory::WordMask mask = masks_.word(place.address);
    const memory::WordMask known = stored_.known_at(tile.node, place.address);
    const ReadWord read = path_.read(word, stored, mask, known);
    const memory::WordBits failing = failing_bits(mask);
    for (std::uint32_t bit = 0; bit < path_.organisation().cell_bits(); ++bit) {
      memory::WordBits one;
      parts_.set_bit(one, bit);
      if ((failing & one) == memory::WordBits{}) continue;
      const ReadWord alone = path_.read(word, stored, only(mask, one), only(known, one));
      fault.cell = path_.organisation().locate({place.address, bit});
      const std::uint32_t of_data = path_.data_bit_on(bit, stored);
      for (int lane = 0; lane < word.weights; ++lane) {
        const std::size_t weight = stored_.program.weight_at(
            tile, {.row = place.row, .column = place.first_column + lane});
        place_weight(weight, fault);
        const auto first = static_cast<std::uint32_t>(lane * word.weight_bits);
        const bool own =
            of_data >= first && of_data - first < static_cast<unsigned>(word.weight_bits);
        fault.bit = own ? static_cast<int>(of_data - first) : WeightFault::kThroughCode;
        fault.read = value(word, read, lane);
        fault.alone = value(word, alone, lane);
        fault.error = std::abs(fault.alone - fault.written) * double{scale_of(layer_, fault.n)};
        fault.relative_error = fault.error / range_;
        if (fault.error > 0) worst.offer(fault);
      }
    }
  }

  int value(const TileWord& word, const ReadWord& read, int lane) const {
    return path_.table(word.weight_bits).value(word.code(read.codes, lane));
  }
  void place_weight(std::size_t weight, WeightFault& fault) const {
    const int kernel = layer_.window.kernel_height * layer_.window.kernel_width;
    fault.weight = weight;
    fault.written = stored_.image.weights()[fault.node][weight];
    fault.n = static_cast<int>(weight) / layer_.k_size();
    fault.k = static_cast<int>(weight) % layer_.k_size();
    fault.c = fault.k / kernel;
    fault.kh = fault.k % kernel / layer_.window.kernel_width;
    fault.kw = fault.k % layer_.window.kernel_width;
  }

  const StoredWeights& stored_;
  const WordPath& path_;
  const memory::WordMasks& masks_;
  const models::Convolution& layer_;
  memory::WordParts parts_;
  double range_;
};

/// As if every intermittent cell failed.
memory::CellMasks all_failing(const memory::CellFaults& faults) {
  memory::CellMasks cells = faults.certain;
  for (const memory::IntermittentCell& cell : faults.intermittent) cells.set(cell.cell, cell.kind);
  return cells;
}

void name_cells(const ByReadVoltage<memory::CellFaults>& faults,
                const ByReadVoltage<memory::CellMasks>& cells, std::vector<WeightFault>& worst) {
  for (WeightFault& fault : worst) {
    fault.kind = cells.of(fault.node).at(fault.cell).value();
    for (const memory::IntermittentCell& cell : faults.of(fault.node).intermittent) {
      if (cell.cell == fault.cell) fault.probability = cell.probability;
    }
  }
}

}  // namespace

std::vector<WeightFault> worst_faults(const models::QuantizedNetwork& network,
                                      const StoredWeights& stored, const WordPath& path,
                                      const ByReadVoltage<memory::CellFaults>& faults,
                                      std::size_t count) {
  const schedule::TileProgram& program = stored.program;
  const auto cells = faults.each(all_failing);
  const auto masks = cells.each([&](const memory::CellMasks& of_voltage) {
    return memory::word_masks(path.organisation(), of_voltage);
  });
  const auto fetches = fetches_per_tile(program);
  Worst worst(count);
  for (schedule::TileIndex first; first < program.tiles.end_index();) {
    const models::NodeIndex node = program.tiles[first].node;
    const LayerFaults of_layer(stored, path, masks.of(node),
                               std::get<models::Convolution>(network.nodes[node]));
    schedule::TileIndex next = first;
    for (; next < program.tiles.end_index() && program.tiles[next].node == node; ++next) {
      of_layer.offer(next, static_cast<int>(next.value - first.value), fetches[next], worst);
    }
    first = next;
  }
  std::vector<WeightFault> result = worst.take();
  name_cells(faults, cells, result);
  return result;
}

}  // namespace brownout::storage

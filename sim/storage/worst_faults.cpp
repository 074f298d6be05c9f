#include "sim/storage/worst_faults.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <tuple>

#include "sim/storage/weight_image.hpp"
#include "sim/storage/weight_locator.hpp"
#include "sim/storage/weight_readback.hpp"

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
  return std::tie(left.cell, left.layer, left.tile) < std::tie(right.cell, right.layer, right.tile);
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

/// The faults of one layer's weights.
class LayerFaults {
 public:
  LayerFaults(const schedule::TileProgram& program, const models::Convolution& layer, int index,
              memory::Encoding encoding)
      : program_(program),
        layer_(layer),
        index_(index),
        bits_(layer.weight_bits),
        encoding_(encoding),
        organisation_(program.spec.weight_sram.organisation()),
        range_(range_of(layer)) {}

  /// Offers every bit of a tile that reads wrong; `tile_of_layer` is its number.
  void offer(const schedule::Tile& tile, int tile_of_layer, std::uint64_t fetches,
             const WeightReadback& readback, Worst& worst) const {
    const auto node = static_cast<std::size_t>(index_);
    for (int row = 0; row < tile.rows; ++row) {
      for (int column = 0; column < tile.columns; ++column) {
        const std::size_t weight = weight_at(program_, tile, row, column);
        const std::uint32_t stored = memory::encode(encoding_, layer_.weights[weight], bits_);
        const std::uint32_t wrong = stored ^ readback.codes[node][weight];
        for (int bit = 0; wrong >> bit != 0; ++bit) {
          if ((wrong >> bit & 1U) == 0) continue;
          WeightFault fault = weight_place(weight);
          fault.cell = organisation_.locate(bit_address(program_, tile, row, column, bit));
          fault.tile = tile_of_layer;
          fault.group = tile.group;
          fault.bit = bit;
          fault.fetches = fetches;
          fault.read = readback.weights[node][weight];
          set_error(fault, stored ^ (1U << bit));
          if (fault.error > 0) worst.offer(fault);
        }
      }
    }
  }

 private:
  WeightFault weight_place(std::size_t weight) const {
    const int kernel = layer_.window.kernel_height * layer_.window.kernel_width;
    WeightFault fault;
    fault.layer = index_;
    fault.weight = weight;
    fault.written = layer_.weights[weight];
    fault.n = static_cast<int>(weight) / layer_.k_size();
    fault.k = static_cast<int>(weight) % layer_.k_size();
    fault.c = fault.k / kernel;
    fault.kh = fault.k % kernel / layer_.window.kernel_width;
    fault.kw = fault.k % layer_.window.kernel_width;
    return fault;
  }
  void set_error(WeightFault& fault, std::uint32_t code) const {
    fault.alone = memory::decode(encoding_, code, bits_);
    fault.error = std::abs(fault.alone - fault.written) * double{scale_of(layer_, fault.n)};
    fault.relative_error = fault.error / range_;
  }

  const schedule::TileProgram& program_;
  const models::Convolution& layer_;
  int index_;
  int bits_;
  memory::Encoding encoding_;
  memory::SramOrganisation organisation_;
  double range_;
};

/// As if every intermittent cell failed.
memory::CellMasks all_failing(const memory::CellFaults& faults) {
  memory::CellMasks cells = faults.certain;
  for (const memory::IntermittentCell& cell : faults.intermittent) cells.set(cell.cell, cell.kind);
  return cells;
}

void name_cells(const memory::CellFaults& faults, const memory::CellMasks& cells,
                std::vector<WeightFault>& worst) {
  for (WeightFault& fault : worst) {
    fault.kind = cells.at(fault.cell).value();
    for (const memory::IntermittentCell& cell : faults.intermittent) {
      if (cell.cell == fault.cell) fault.probability = cell.probability;
    }
  }
}

}  // namespace

std::vector<WeightFault> worst_faults(const models::QuantizedNetwork& network,
                                      const schedule::TileProgram& program,
                                      const memory::CellFaults& faults, memory::Encoding encoding,
                                      const FaultFilter& filter, std::size_t count) {
  const memory::CellMasks cells = all_failing(faults);
  const WeightReadback readback =
      read_back(program, models::clean_weights(network), cells, encoding, filter);
  const std::vector<std::uint64_t> fetches = fetches_per_tile(program);
  Worst worst(count);
  for (std::size_t first = 0, next = 0; first < program.tiles.size(); first = next) {
    const int layer = program.tiles[first].layer;
    const auto& convolution = std::get<models::Convolution>(
        network.nodes[static_cast<std::size_t>(program.layer_of(program.tiles[first]).node)]);
    const LayerFaults of_layer(program, convolution, layer, encoding);
    for (next = first; next < program.tiles.size() && program.tiles[next].layer == layer; ++next) {
      of_layer.offer(program.tiles[next], static_cast<int>(next - first), fetches[next], readback,
                     worst);
    }
  }
  std::vector<WeightFault> result = worst.take();
  name_cells(faults, cells, result);
  return result;
}

}  // namespace brownout::storage

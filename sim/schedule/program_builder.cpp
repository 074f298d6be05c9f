#include "sim/schedule/program_builder.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "memory/base/arithmetic.hpp"
#include "memory/base/input_error.hpp"
#include "models/arithmetic/normalization.hpp"
#include "models/arithmetic/softmax.hpp"
#include "sim/hardware/event_counts.hpp"
#include "sim/schedule/activation_plan.hpp"
#include "sim/schedule/lower.hpp"

namespace brownout::schedule {
namespace {

/// Tiles of one layer in the order in which they are first used: groups, n-tiles, k-tiles.
void append_tiles(TileProgram& program, models::NodeIndex node, const Layer& layer) {
  const Gemm& gemm = layer.gemm;
  const hardware::ArraySpec& array = program.spec.array;
  const hardware::SramSpec& sram = program.spec.weight_sram;
  for (int group = 0; group < gemm.groups; ++group) {
    for (int n0 = 0; n0 < gemm.n; n0 += array.columns) {
      for (int k0 = 0; k0 < gemm.k; k0 += array.rows) {
        Tile tile;
        tile.node = node;
        tile.group = group;
        tile.k0 = k0;
        tile.rows = std::min(array.rows, gemm.k - k0);
        tile.n0 = n0;
        tile.columns = std::min(array.columns, gemm.n - n0);
        tile.lanes = sram.word_bits / layer.weight_bits;
        tile.words_per_row = static_cast<std::uint32_t>(divide_up(tile.columns, tile.lanes));
        tile.flag_words = static_cast<std::uint32_t>(
            divide_up(tile.columns * sram.column_changes.flags(layer.weight_bits), sram.word_bits));
        program.weight_words += tile.words();
        program.tiles.push_back(tile);
      }
    }
  }
}

/// Folds of one layer: n-tiles outside, then blocks of M as deep as the accumulators, k-tiles
/// inside. A block's sums are complete before the next block begins.
void append_folds(TileProgram& program, Layer& layer, TileIndex first_tile) {
  const Gemm& gemm = layer.gemm;
  const int k_tiles = divide_up(gemm.k, program.spec.array.rows);
  const std::int64_t depth = program.spec.accumulator.depth;
  layer.first_fold = program.folds.end_index();
  for (TileIndex tile = first_tile; tile < program.tiles.end_index();) {
    const TileIndex first_k_tile = tile;
    for (std::int64_t m0 = 0; m0 < gemm.m; m0 += depth) {
      tile = first_k_tile;
      for (int k_tile = 0; k_tile < k_tiles; ++k_tile, ++tile) {
        Fold fold;
        fold.tile = tile;
        fold.block = layer.block_count;
        fold.m0 = m0;
        fold.m_count = std::min(depth, gemm.m - m0);
        fold.first_k = k_tile == 0;
        fold.last_k = k_tile + 1 == k_tiles;
        program.folds.push_back(fold);
      }
      ++layer.block_count;
    }
  }
  layer.fold_count = program.folds.size() - layer.first_fold.value;
}

/// Elements that the vector unit handles in a layer without weights.
std::int64_t vector_elements(const models::QuantizedNetwork& network, const models::Node& node) {
  const models::Shape& output = network.tensor(models::node_output(node)).shape;
  if (const auto* pooling = std::get_if<models::Pooling>(&node)) {
    return output.size() * pooling->window.kernel_height * pooling->window.kernel_width;
  }
  if (std::holds_alternative<models::Softmax>(node)) return output.size() * models::kSoftmaxPasses;
  if (std::holds_alternative<models::Normalization>(node)) {  // a factor and offset a channel, too
    return output.size() * models::kNormalizationPasses + output.channels;
  }
  return output.size();
}

/// Until the last group's statistics have left their pipeline.
Cycle vector_latency(const models::Node& node) {
  const auto* normalization = std::get_if<models::Normalization>(&node);
  return normalization == nullptr ? 0 : normalization->groups + hardware::kStatisticsStages - 1;
}

void place_activations(TileProgram& program, const models::QuantizedNetwork& network) {
  ActivationPlan plan = plan_activations(network);
  const hardware::SramSpec& sram = program.spec.activation_sram;
  if (plan.bytes > static_cast<std::uint64_t>(sram.capacity_bytes())) {
    throw InputError("activation_sram.capacity_kib",
                     std::to_string(sram.capacity_kib) +
                         " KiB cannot hold the activations that are live at " + plan.peak + " (" +
                         std::to_string((plan.bytes + 1023) / 1024) + " KiB)");
  }
  program.tensor_address = std::move(plan.address);
  program.activation_bytes = plan.bytes;
  program.input_bytes = network.tensor(network.input).shape.elements();
  for (const models::TensorId id : network.output_tensors()) {
    program.output_bytes.push_back(network.tensor(id).shape.elements());
  }
}

}  // namespace

TileProgram make_program(const models::QuantizedNetwork& network,
                         const hardware::AcceleratorSpec& spec) {
  hardware::validate(spec);
  TileProgram program;
  program.spec = spec;
  for (const models::NodeIndex i : network.nodes.indices()) {
    Layer layer;
    if (const auto* convolution = std::get_if<models::Convolution>(&network.nodes[i])) {
      layer.matrix = true;
      layer.gemm = lower(network, *convolution);
      layer.weight_bits = convolution->weight_bits;
      const auto banks = static_cast<std::uint32_t>(spec.weight_sram.banks);
      layer.banks = {.first = 0, .count = banks, .all = banks};
      const TileIndex first_tile = program.tiles.end_index();
      append_tiles(program, i, layer);
      append_folds(program, layer, first_tile);
    } else {
      layer.vector_elements = vector_elements(network, network.nodes[i]);
      layer.vector_latency = vector_latency(network.nodes[i]);
    }
    program.layers.push_back(layer);
  }
  place_activations(program, network);
  return program;
}

}  // namespace brownout::schedule

#include "sim/timing/static_counts.hpp"

#include <algorithm>
#include <span>

#include "memory/base/arithmetic.hpp"

namespace brownout::timing {

using hardware::Event;
using hardware::EventCounts;

namespace {

std::uint64_t bus_bytes(const hardware::DramSpec& dram, std::uint64_t bytes) {
  const auto burst = static_cast<std::uint64_t>(dram.burst_bytes);
  return divide_up(bytes, burst) * burst;
}

/// Window positions, summed over output pixels, that lie inside the input.
std::uint64_t taps_inside(const models::Window& window, const models::Shape& input,
                          const models::Shape& output) {
  const auto inside = [](int outputs, int kernel, int stride, int pad, int dilation, int size) {
    std::uint64_t count = 0;
    for (int o = 0; o < outputs; ++o) {
      for (int k = 0; k < kernel; ++k) {
        const int position = o * stride + k * dilation - pad;
        count += position >= 0 && position < size ? 1 : 0;
      }
    }
    return count;
  };
  return inside(output.height, window.kernel_height, window.stride_height, window.pad_top,
                window.dilation_height, input.height) *
         inside(output.width, window.kernel_width, window.stride_width, window.pad_left,
                window.dilation_width, input.width);
}

void add_fold(EventCounts& counts, const schedule::TileProgram& program, const schedule::Fold& fold,
              std::uint64_t refetched) {
  const schedule::Tile& tile = program.tile_of(fold);
  const hardware::SramSpec& sram = program.spec.weight_sram;
  const auto array_rows = static_cast<std::uint64_t>(program.spec.array.rows);
  const auto array_columns = static_cast<std::uint64_t>(program.spec.array.columns);
  const schedule::ArrayUse use = program.use_of(fold);
  const auto vectors = static_cast<std::uint64_t>(use.vectors);
  const auto rows = static_cast<std::uint64_t>(use.rows);
  const auto columns = static_cast<std::uint64_t>(use.columns);
  const auto sums = static_cast<std::uint64_t>(use.sums());
  const auto channels = static_cast<std::uint64_t>(program.channels(fold));
  if (program.streams_weights()) {
    counts[Event::kWeightSramWrite] += tile.words() + tile.flag_words;
    counts[Event::kCodeXor] += tile.words() * static_cast<unsigned>(sram.encoder_xors);
    counts[Event::kDramRead] += bus_bytes(program.spec.dram, program.bytes_of(tile));
  }
  counts[Event::kDramRead] += refetched * bus_bytes(program.spec.dram, program.word_bytes());
  counts[Event::kWeightSramRead] += tile.words() + tile.flag_words;
  counts[Event::kCodeXor] += tile.words() * static_cast<unsigned>(sram.decoder_xors);
  counts[Event::kWeightRegisterWrite] += array_rows * array_columns;
  counts[Event::kActivationShift] += vectors * rows * array_columns;
  counts[Event::kPsumShift] += vectors * array_rows * columns;
  counts[Event::kAccumulatorWrite] += sums;
  if (!fold.first_k) counts[Event::kAccumulatorRead] += sums;
  if (fold.last_k) {  // the vector unit drains the block
    counts[Event::kAccumulatorRead] += sums;
    counts[Event::kParameterRead] += channels * hardware::kParameterBytes;
    counts[Event::kVectorOp] += sums;
    counts[Event::kActivationSramWrite] += sums;
  }
}

EventCounts matrix_layer(const schedule::TileProgram& program, const schedule::Layer& layer,
                         const models::QuantizedNetwork& network,
                         const models::Convolution& convolution,
                         std::span<const hardware::FoldTimes> times,
                         const RefetchedWords& refetched) {
  EventCounts counts;
  for (const schedule::Fold& fold : program.folds_of(layer)) {
    add_fold(counts, program, fold, refetched.empty() ? 0 : refetched[fold.tile]);
  }
  // A pass is over the whole im2col matrix; padding is not read.
  const models::Shape& input = network.tensor(convolution.input).shape;
  counts[Event::kActivationSramRead] +=
      static_cast<std::uint64_t>(program.activation_passes(layer)) *
      static_cast<std::uint64_t>(input.channels) *
      taps_inside(convolution.window, input, network.tensor(convolution.output).shape);
  counts[Event::kPeIdleCycle] = static_cast<std::uint64_t>(hardware::array_active_cycles(times)) *
                                    static_cast<std::uint64_t>(program.spec.array.rows) *
                                    static_cast<std::uint64_t>(program.spec.array.columns) -
                                static_cast<std::uint64_t>(layer.gemm.macs());
  return counts;
}

/// Elements of a padding's output that are read from its input.
std::uint64_t kept_elements(const models::Padding& padding, const models::Shape& input) {
  const auto kept = [](int extent, int between, int before, int after) {
    // Elements before a place: what is taken away at the front, and up to what is at the end.
    const auto until = [between](int place) {
      return static_cast<std::uint64_t>((place + between) / (between + 1));
    };
    const int whole = extent + (extent - 1) * between;
    return until(whole + std::min(after, 0)) - until(-std::min(before, 0));
  };
  return kept(input.channels, 0, padding.before.channels, padding.after.channels) *
         kept(input.height, padding.rows_between, padding.before.height, padding.after.height) *
         kept(input.width, padding.columns_between, padding.before.width, padding.after.width);
}

/// Bytes that a layer of the vector unit reads from the activation SRAM.
std::uint64_t activation_reads(const models::QuantizedNetwork& network, const models::Node& node) {
  const models::Shape& output = network.tensor(models::node_output(node)).shape;
  if (const auto* pooling = std::get_if<models::Pooling>(&node)) {
    return static_cast<std::uint64_t>(output.channels) *
           taps_inside(pooling->window, network.tensor(pooling->input).shape, output);
  }
  if (const auto* padding = std::get_if<models::Padding>(&node)) {
    return kept_elements(*padding, network.tensor(padding->input).shape);
  }
  if (std::holds_alternative<models::Softmax>(node)) {  // maximum, sum, shares
    return static_cast<std::uint64_t>(output.size()) * 3;
  }
  if (std::holds_alternative<models::Normalization>(node)) {  // statistics, results
    return static_cast<std::uint64_t>(output.size()) * 2;
  }
  const bool two_operands = std::holds_alternative<models::Addition>(node) ||
                            std::holds_alternative<models::Multiplication>(node);
  const int computed = (two_operands ? 2 : 1) - models::constant_operands(network, node);
  return static_cast<std::uint64_t>(output.size() * computed);
}

EventCounts vector_layer(const schedule::Layer& layer, const models::QuantizedNetwork& network,
                         const models::Node& node) {
  EventCounts counts;
  counts[Event::kVectorOp] = static_cast<std::uint64_t>(layer.vector_elements);
  counts[Event::kActivationSramRead] = activation_reads(network, node);
  counts[Event::kActivationSramWrite] =
      static_cast<std::uint64_t>(network.tensor(models::node_output(node)).shape.size());
  if (const auto* lookup = std::get_if<models::Lookup>(&node)) {
    counts[Event::kParameterRead] = lookup->bytes();
  } else if (const auto* normalization = std::get_if<models::Normalization>(&node)) {
    counts[Event::kVectorOp] += static_cast<std::uint64_t>(normalization->groups) *
                                std::uint64_t{hardware::kStatisticsStages};
    counts[Event::kParameterRead] = normalization->scales.size() * hardware::kParameterBytes;
  } else {
    counts[Event::kParameterRead] = static_cast<std::uint64_t>(
        layer.vector_elements * models::constant_operands(network, node));
  }
  return counts;
}

}  // namespace

ProgramCounts static_counts(const schedule::TileProgram& program,
                            const models::QuantizedNetwork& network,
                            const hardware::ProgramTimes& times, const RefetchedWords& refetched) {
  ProgramCounts result;
  for (const models::NodeIndex i : program.layers.indices()) {
    const schedule::Layer& layer = program.layers[i];
    const models::Node& node = network.nodes[i];
    if (const auto* convolution = std::get_if<models::Convolution>(&node)) {
      result.layers.push_back(matrix_layer(program, layer, network, *convolution,
                                           program.of_layer(times.folds, layer), refetched));
    } else {
      result.layers.push_back(vector_layer(layer, network, node));
    }
  }
  EventCounts& transfers = result.transfers;
  transfers[Event::kDramRead] = bus_bytes(program.spec.dram, program.input_bytes);
  transfers[Event::kActivationSramWrite] = program.input_bytes;
  for (const std::uint64_t bytes : program.output_bytes) {
    transfers[Event::kActivationSramRead] += bytes;
    transfers[Event::kDramWrite] += bus_bytes(program.spec.dram, bytes);
  }
  return result;
}

}  // namespace brownout::timing

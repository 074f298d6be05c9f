#include "sim/accelerator/vector_unit.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

#include "memory/base/arithmetic.hpp"
#include "models/arithmetic/normalization.hpp"
#include "models/arithmetic/softmax.hpp"

namespace brownout::accelerator {

using hardware::Event;

VectorUnit::VectorUnit(const sc_core::sc_module_name& name, JobState& state)
    : sc_module(name), state_(state) {
  SC_METHOD(complete);
  sensitive << completed_;
  dont_initialize();
}

void VectorUnit::restart() {
  queue_.clear();
  free_from_ = 0;
  requantizers_.clear();
  for (const models::Node& node : state_.job->network.nodes) {
    const auto* convolution = std::get_if<models::Convolution>(&node);
    requantizers_.push_back(convolution != nullptr
                                ? models::make_requantizer(state_.job->network, *convolution)
                                : models::Requantizer{});
  }
}

Cycle VectorUnit::requantize_block(FoldIndex last_fold, Cycle from) {
  const schedule::Fold& fold = state_.fold(last_fold);
  return enqueue({.fold = last_fold}, state_.program().use_of(fold).sums(), from);
}

Cycle VectorUnit::run_layer(models::NodeIndex node, Cycle from) {
  const schedule::Layer& layer = state_.program().layers[node];
  return enqueue({.node = node}, layer.vector_elements, from, layer.vector_latency);
}

Cycle VectorUnit::enqueue(Work work, std::int64_t elements, Cycle from, Cycle latency) {
  const std::int64_t lanes = state_.spec().vector_lanes;
  work.done = std::max(free_from_, from) + divide_up(elements, lanes) + latency;
  free_from_ = work.done;
  if (queue_.empty()) completed_.notify(state_.clock.until_just_before(work.done));
  queue_.push_back(work);
  return work.done;
}

void VectorUnit::complete() {
  const Work work = queue_.front();
  queue_.pop_front();
  if (!queue_.empty()) completed_.notify(state_.clock.until_just_before(queue_.front().done));
  if (work.fold) {
    finish_block(*work.fold);
    return;
  }
  std::visit([&](const auto& concrete) { finish(work.node, concrete); }, state_.node(work.node));
}

void VectorUnit::finish_block(FoldIndex index) {
  const schedule::TileProgram& program = state_.program();
  const schedule::Fold& fold = state_.fold(index);
  const schedule::ArrayUse use = program.use_of(fold);
  const models::NodeIndex node = program.tile_of(fold).node;
  const auto& convolution = std::get<models::Convolution>(state_.node(node));
  const models::Requantizer& requantize = requantizers_[node];
  const std::uint64_t output = address_of(convolution.output);
  const Accumulators& accumulated = *accumulators.operator->();
  ActivationSram& activations = *activation_sram.operator->();
  for (std::int64_t vector = 0; vector < use.vectors; ++vector) {
    for (int column = 0; column < use.columns; ++column) {
      const hardware::AccumulatorEntry entry{fold.half(), column, vector};
      const schedule::OutputElement at = program.output_of(fold, entry);
      const std::int64_t element = at.pixel * convolution.out_channels + at.channel;
      activations.write(output + static_cast<std::uint64_t>(element),
                        requantize(accumulated.read(entry), at.channel));
    }
  }
  hardware::EventCounts& counts = state_.counts(node);
  const auto sums = static_cast<std::uint64_t>(use.sums());
  counts[Event::kAccumulatorRead] += sums;
  counts[Event::kVectorOp] += sums;
  counts[Event::kActivationSramWrite] += sums;
  const auto channels = static_cast<unsigned>(program.channels(fold));
  counts[Event::kParameterRead] += channels * hardware::kParameterBytes;
}

void VectorUnit::finish(models::NodeIndex /*node*/, const models::Convolution& convolution) {
  throw std::logic_error(convolution.name + ": its blocks are requantized one by one");
}

void VectorUnit::finish(models::NodeIndex node, const models::Pooling& pooling) {
  const models::QuantizedNetwork& network = state_.job->network;
  const models::Pooler pool = models::make_pooler(network, pooling);
  const models::Shape& input = network.tensor(pooling.input).shape;
  const models::Shape& output = network.tensor(pooling.output).shape;
  const models::Window& window = pooling.window;
  const int window_size = window.kernel_height * window.kernel_width;
  const auto codes = activation_sram->read(address_of(pooling.input), input.elements());
  hardware::EventCounts& counts = state_.counts(node);
  std::vector<std::uint8_t> inside;
  for (int h = 0; h < output.height; ++h) {
    for (int w = 0; w < output.width; ++w) {
      for (int c = 0; c < output.channels; ++c) {
        inside.clear();
        for (int k = 0; k < window_size; ++k) {
          const int y = h * window.stride_height - window.pad_top +
                        k / window.kernel_width * window.dilation_height;
          const int x = w * window.stride_width - window.pad_left +
                        k % window.kernel_width * window.dilation_width;
          if (y < 0 || y >= input.height || x < 0 || x >= input.width) continue;
          inside.push_back(codes[input.element(c, y, x)]);
        }
        const int divisor =
            pooling.count_include_pad ? window_size : static_cast<int>(inside.size());
        activation_sram->write(address_of(pooling.output) + output.element(c, h, w),
                               pool(inside, divisor));
        counts[Event::kVectorOp] += static_cast<unsigned>(window_size);
        counts[Event::kActivationSramRead] += inside.size();
        counts[Event::kActivationSramWrite] += 1;
      }
    }
  }
}

void VectorUnit::finish(models::NodeIndex node, const models::Softmax& softmax) {
  const models::QuantizedNetwork& network = state_.job->network;
  const models::FixedPointSoftmax normalise = models::make_softmax(network, softmax);
  const models::Shape& shape = network.tensor(softmax.input).shape;
  const std::uint64_t size = shape.elements();
  const auto channels = static_cast<std::uint64_t>(shape.channels);
  const auto codes = activation_sram->read(address_of(softmax.input), size);
  std::vector<std::uint8_t> shares(channels);
  for (std::uint64_t pixel = 0; pixel < size; pixel += channels) {
    normalise(std::span(codes).subspan(pixel, channels), shares.data());
    for (std::uint64_t c = 0; c < channels; ++c) {
      activation_sram->write(address_of(softmax.output) + pixel + c, shares[c]);
    }
  }
  hardware::EventCounts& counts = state_.counts(node);
  counts[Event::kVectorOp] += models::kSoftmaxPasses * size;
  counts[Event::kActivationSramRead] += models::kSoftmaxPasses * size;
  counts[Event::kActivationSramWrite] += size;
}

void VectorUnit::finish(models::NodeIndex node, const models::Normalization& normalization) {
  const models::Shape& shape = shape_of(normalization.input);
  const auto codes = codes_of(normalization.input);
  const std::size_t channels = shape.channel_count();
  hardware::EventCounts& counts = state_.counts(node);
  std::vector<models::CodeSums> sums(channels);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    sums[i % channels].add(codes[i]);
    counts[Event::kActivationSramRead] += 1;
    counts[Event::kVectorOp] += 1;
  }
  counts[Event::kVectorOp] +=
      static_cast<unsigned>(normalization.groups) * std::uint64_t{hardware::kStatisticsStages};
  const models::RealRequantizer normalize =
      models::make_normalizer(state_.job->network, normalization, sums);
  counts[Event::kVectorOp] += channels;
  counts[Event::kParameterRead] += channels * hardware::kParameterBytes;
  const std::uint64_t output = address_of(normalization.output);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    activation_sram->write(output + i, normalize(codes[i], static_cast<int>(i % channels)));
    count(node, 1, 1);
  }
}

}  // namespace brownout::accelerator

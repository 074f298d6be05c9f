#include "sim/accelerator/sequencer.hpp"

#include <algorithm>
#include <limits>

namespace brownout::accelerator {
namespace {

constexpr Cycle kNotDone = std::numeric_limits<Cycle>::max();

}  // namespace

Sequencer::Sequencer(const sc_core::sc_module_name& name, JobState& state)
    : sc_module(name), state_(state) {
  SC_METHOD(run);
  sensitive << start_;
  dont_initialize();
}

void Sequencer::restart() {
  phase_ = Phase::kInput;
  layer_ = {};
  loading_ = streaming_ = false;
  clocked_cycles_.assign(state_.program().layers.size(), 0);
  dma->fetch_input();
  if (state_.program().streams_weights()) {
    for (const FoldIndex fold : state_.program().folds.indices()) dma->fetch_weights(fold);
  }
  start_.notify(sc_core::SC_ZERO_TIME);
}

/// Acts cycle by cycle. As long as nothing else is due before the next cycle, it goes on without a
/// round trip through the kernel (temporal decoupling, exact because it never passes an event).
void Sequencer::run() {
  Cycle now = state_.clock.now();
  while (phase_ != Phase::kFinished) {
    posted_ = false;
    const Outcome outcome = act(now);
    if (phase_ == Phase::kFinished) return;
    if (!outcome.clocked) {
      if (outcome.wait_until) {
        next_trigger(state_.clock.until(*outcome.wait_until));
      } else {
        next_trigger(dma->progress());
      }
      return;
    }
    ++now;
    if (posted_ || sc_core::sc_pending_activity_at_current_time() ||
        (sc_core::sc_pending_activity_at_future_time() &&
         sc_core::sc_time_to_pending_activity() < state_.clock.until(now))) {
      next_trigger(state_.clock.until(now));
      return;
    }
  }
}

Sequencer::Outcome Sequencer::act(Cycle now) {
  if (phase_ == Phase::kInput) {
    if (dma->input_ready() < 0 || dma->input_ready() > now) return {};
    state_.run.times.input_ready = now;
    phase_ = Phase::kLayers;
    begin_layer(now);
  }
  if (phase_ == Phase::kLayers) {
    const Outcome outcome = act_in_layer(now);
    if (phase_ == Phase::kLayers) return outcome;
    dma->store_outputs(now);
  }
  if (dma->outputs_done() < 0 || dma->outputs_done() > now) return {};
  state_.run.times.total = now;
  phase_ = Phase::kFinished;
  return {};
}

void Sequencer::begin_layer(Cycle now) {
  state_.run.times.layers.push_back({now, now, now});
  vector_done_ = now;
  if (layer().matrix) {
    next_load_ = next_stream_ = next_finish_ = layer().first_fold;
    block_done_.assign(layer().block_count, kNotDone);
    feeder_.begin_layer(state_, *activation_sram.operator->(), layer_);
  } else {
    vector_done_ = vector_unit->run_layer(layer_, now);
  }
}

void Sequencer::end_layer(Cycle now) {
  state_.run.times.layers.back().end = now;
  const models::TensorId output = models::node_output(state_.node(layer_));
  const std::uint64_t address = state_.program().address_of(output);
  const std::uint64_t size = state_.job->network.tensor(output).shape.elements();
  const auto codes = activation_sram->read(address, size);
  state_.run.layer_outputs.emplace_back(codes.begin(), codes.end());
  if (layer_ == state_.job->trace_node) {
    const auto written = activation_sram->stored(address, size);
    state_.run.written_output.assign(written.begin(), written.end());
  }
  ++layer_;
}

Sequencer::Outcome Sequencer::act_in_layer(Cycle now) {
  while (true) {
    if (layer().matrix && next_finish_ < end_fold()) return act_in_matrix_layer(now);
    if (vector_done_ > now) return {.clocked = false, .wait_until = vector_done_};
    end_layer(now);
    if (layer_ == state_.program().layers.end_index()) {
      phase_ = Phase::kOutput;
      return {};
    }
    begin_layer(now);
  }
}

Sequencer::Outcome Sequencer::act_in_matrix_layer(Cycle now) {
  // The stream first: with prefetch, the next load may start in the cycle in which a stream does.
  if (!streaming_) start_stream(now);
  if (!loading_) start_load(now);
  const bool in_flight = next_stream_ > next_finish_;
  if (!loading_ && !in_flight) {
    if (next_load_ > next_stream_) {  // loaded, but the sums have no place yet
      const std::size_t block = state_.fold(next_stream_).block;
      return {.clocked = false, .wait_until = block_done_[block - 2]};
    }
    return {};  // the weights have not arrived
  }
  if (streaming_) advance_stream(now);
  if (loading_) advance_load(now);
  const int finished = array->clock();
  ++clocked_cycles_[layer_];
  if (finished >= 0) finish_fold({static_cast<std::size_t>(finished)}, now + 1);
  return {.clocked = true, .wait_until = std::nullopt};
}

void Sequencer::start_stream(Cycle now) {
  if (next_stream_ == next_load_ || next_stream_ == end_fold()) return;
  if (loading_ && next_stream_ + 1 == next_load_) return;
  const std::size_t block = state_.fold(next_stream_).block;
  if (block >= 2 && block_done_[block - 2] > now) return;
  streaming_ = true;
  feeder_.begin(next_stream_);
  const schedule::Fold& current = state_.fold(next_stream_);
  const schedule::Tile& tile = state_.program().tile_of(current);
  const auto& convolution = std::get<models::Convolution>(state_.node(layer_));
  const std::int32_t* bias = convolution.bias.data() + state_.program().first_channel(tile);
  array->begin_fold(static_cast<int>(next_stream_.value), static_cast<int>(current.m_count),
                    {current.half(), current.first_k, tile.columns, bias});
  times(next_stream_).stream_start = now;
  streamed_ = next_stream_;
  ++next_stream_;
}

void Sequencer::start_load(Cycle now) {
  if (next_load_ == end_fold()) return;
  const bool array_free =
      state_.spec().weight_prefetch ? next_stream_ == next_load_ : next_finish_ == next_load_;
  const Cycle ready = dma->weights_ready(next_load_);
  if (!array_free || ready < 0 || ready > now) return;
  loading_ = true;
  loader_.begin(state_, *weight_sram.operator->(), *dma.operator->(), next_load_);
  times(next_load_).weights_ready = ready;
  times(next_load_).load_start = now;
  loaded_ = next_load_;
  ++next_load_;
}

void Sequencer::advance_load(Cycle now) {
  if (loader_.advance()) array->load_row(loader_.row(), loader_.weights());
  if (!loader_.done()) return;
  loading_ = false;
  times(loaded_).load_end = now + 1;
  if (state_.program().streams_weights()) {
    dma->weights_taken(loaded_, now + 1);
    posted_ = true;
  }
}

void Sequencer::advance_stream(Cycle now) {
  const std::span<const std::int16_t> vector = feeder_.next();
  array->stream(vector, {static_cast<int>(streamed_.value), static_cast<int>(feeder_.m())});
  if (!feeder_.done()) return;
  streaming_ = false;
  times(streamed_).stream_end = now + 1;
}

void Sequencer::finish_fold(FoldIndex index, Cycle end) {
  times(index).end = end;
  next_finish_ = index + 1;
  if (state_.fold(index).last_k) {
    vector_done_ = vector_unit->requantize_block(index, end);
    block_done_[state_.fold(index).block] = vector_done_;
    posted_ = true;
  }
  if (next_finish_ == end_fold()) state_.run.times.layers.back().array_end = end;
}

}  // namespace brownout::accelerator

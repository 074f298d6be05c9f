#include "sim/accelerator/dma.hpp"

#include <algorithm>
#include <stdexcept>

#include "sim/storage/tile_transfer.hpp"

namespace brownout::accelerator {

using hardware::Event;

Dma::Dma(const sc_core::sc_module_name& name, JobState& state) : sc_module(name), state_(state) {
  SC_METHOD(complete);
  sensitive << completed_;
  dont_initialize();
}

void Dma::restart(DramLayout layout) {
  layout_ = std::move(layout);
  queue_.clear();
  busy_ = false;
  free_from_ = 0;
  input_ready_ = outputs_done_ = -1;
  // Resident weights are there from the start.
  const Cycle ready = state_.program().streams_weights() ? -1 : 0;
  weights_ready_.assign(state_.program().folds.size(), ready);
  taken_from_.assign(state_.program().folds.size(), -1);
}

void Dma::fetch_input() {
  queue_.push_back({.kind = Kind::kInput});
  try_start();
}

void Dma::fetch_weights(FoldIndex fold) {
  queue_.push_back({.kind = Kind::kWeights, .fold = fold});
  try_start();
}

void Dma::weights_taken(FoldIndex fold, Cycle from) {
  taken_from_[fold] = from;
  try_start();
}

void Dma::store_outputs(Cycle from) {
  for (std::size_t i = 0; i < state_.program().output_bytes.size(); ++i) {
    queue_.push_back({.kind = Kind::kOutput, .output = i, .earliest = from});
  }
  try_start();
}

/// Words may be overwritten once the fold that still needs them has been loaded.
bool Dma::gate_open(Transfer& transfer) const {
  if (transfer.kind != Kind::kWeights) return true;
  const auto after = state_.layout().transfer_after[transfer.fold];
  if (!after) return true;
  transfer.earliest = taken_from_[*after];
  return transfer.earliest >= 0;
}

void Dma::try_start() {
  if (busy_ || queue_.empty() || !gate_open(queue_.front())) return;
  current_ = queue_.front();
  queue_.pop_front();
  busy_ = true;
  const Cycle start = std::max(free_from_, current_.earliest);
  const schedule::TileProgram& program = state_.program();
  switch (current_.kind) {
    case Kind::kInput:
      data_.resize(program.input_bytes);
      access(tlm::TLM_READ_COMMAND, layout_.input, data_, start);
      break;
    case Kind::kWeights: {
      const schedule::TileIndex tile = state_.fold(current_.fold).tile;
      data_.resize(program.bytes_of(program.tiles[tile]));
      access(tlm::TLM_READ_COMMAND, layout_.tiles[tile], data_, start);
      break;
    }
    case Kind::kOutput: {
      const std::size_t i = current_.output;
      const models::TensorId id = state_.job->network.output_tensors()[i];
      const auto codes = activation_sram->read(program.address_of(id), program.output_bytes[i]);
      data_.assign(codes.begin(), codes.end());
      access(tlm::TLM_WRITE_COMMAND, layout_.outputs[i], data_, start);
      break;
    }
  }
}

Dma::Refetched Dma::refetch(schedule::TileIndex tile, std::uint64_t word_of_tile) {
  const schedule::TileProgram& program = state_.program();
  std::vector<std::uint8_t> bytes(program.word_bytes());
  const std::uint64_t address = layout_.tiles[tile] + word_of_tile * bytes.size();
  const Cycle cycles = transport(tlm::TLM_READ_COMMAND, address, bytes);
  state_.counts(program.tiles[tile].node)[Event::kDramRead] += bus_bytes(bytes.size());
  return {state_.job->path.encoded(storage::data_of_bytes(bytes)), cycles};
}

/// How long it takes.
Cycle Dma::transport(tlm::tlm_command command, std::uint64_t address,
                     std::vector<std::uint8_t>& bytes) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(bytes.data());
  payload.set_data_length(static_cast<unsigned>(bytes.size()));
  payload.set_streaming_width(static_cast<unsigned>(bytes.size()));
  sc_core::sc_time delay;
  socket->b_transport(payload, delay);
  if (payload.is_response_error()) throw std::logic_error("DMA: access outside the DRAM");
  return static_cast<Cycle>(delay.value() / 2);
}

void Dma::access(tlm::tlm_command command, std::uint64_t address, std::vector<std::uint8_t>& bytes,
                 Cycle start) {
  done_at_ = start + transport(command, address, bytes);
  completed_.notify(state_.clock.until_just_before(done_at_));
}

/// What a transfer moves over the bus: whole bursts.
std::uint64_t Dma::bus_bytes(std::uint64_t bytes) const {
  const auto burst = static_cast<std::uint64_t>(state_.spec().dram.burst_bytes);
  return (bytes + burst - 1) / burst * burst;
}

void Dma::complete() {
  const schedule::TileProgram& program = state_.program();
  const std::uint64_t bytes_moved = bus_bytes(data_.size());
  busy_ = false;
  free_from_ = done_at_;
  switch (current_.kind) {
    case Kind::kInput: {
      const std::uint64_t address = program.address_of(state_.job->network.input);
      for (std::size_t i = 0; i < data_.size(); ++i) activation_sram->write(address + i, data_[i]);
      const auto codes = activation_sram->read(address, data_.size());
      state_.run.input.assign(codes.begin(), codes.end());
      state_.run.transfer_counts[Event::kDramRead] += bytes_moved;
      state_.run.transfer_counts[Event::kActivationSramWrite] += data_.size();
      input_ready_ = done_at_;
      break;
    }
    case Kind::kWeights: {
      const schedule::Fold& fold = state_.fold(current_.fold);
      const schedule::Tile& tile = program.tile_of(fold);
      const auto words = storage::words_of_bytes(program, tile, state_.job->path, data_);
      for (std::uint64_t w = 0; w < words.size(); ++w) {
        weight_sram->write(state_.job->stored.address_of(fold.tile, w), words[w]);
      }
      const auto flags = storage::flag_words_of_bytes(program, tile, data_);
      for (std::uint64_t w = 0; w < flags.size(); ++w) {
        weight_sram->write(state_.layout().flag_address(tile, fold.tile, w), {flags[w]});
      }
      state_.counts(tile.node)[Event::kDramRead] += bytes_moved;
      state_.counts(tile.node)[Event::kWeightSramWrite] += words.size() + flags.size();
      state_.counts(tile.node)[Event::kCodeXor] +=
          tile.words() * static_cast<unsigned>(program.spec.weight_sram.encoder_xors);
      weights_ready_[current_.fold] = done_at_;
      break;
    }
    case Kind::kOutput:
      state_.run.transfer_counts[Event::kActivationSramRead] += data_.size();
      state_.run.transfer_counts[Event::kDramWrite] += bytes_moved;
      if (current_.output + 1 == program.output_bytes.size()) {
        outputs_done_ = done_at_;
      }
      break;
  }
  progress_.notify(Clock::half());
  try_start();
}

}  // namespace brownout::accelerator

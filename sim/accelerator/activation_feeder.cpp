#include "sim/accelerator/activation_feeder.hpp"

#include <algorithm>

namespace brownout::accelerator {

using hardware::Event;

void ActivationFeeder::begin_layer(JobState& state, ActivationSram& sram, models::NodeIndex node) {
  state_ = &state;
  node_ = node;
  const models::QuantizedNetwork& network = state.job->network;
  const auto& convolution = std::get<models::Convolution>(network.nodes[node]);
  const models::ActivationTensor& input = network.tensor(convolution.input);
  const auto address = state.program().address_of(convolution.input);
  input_ = sram.read(address, input.shape.elements());
  zero_point_ = input.zero_point;
  indexer_.emplace(network, convolution);
  vector_.assign(static_cast<std::size_t>(state.spec().array.rows), 0);
}

void ActivationFeeder::begin(FoldIndex fold) {
  fold_ = &state_->fold(fold);
  tile_ = &state_->program().tile_of(*fold_);
  m_ = -1;
  std::fill(vector_.begin(), vector_.end(), std::int16_t{0});
}

/// Fills the vector; returns how many elements were read, padding being free.
std::uint64_t ActivationFeeder::gather(schedule::InputIndexer::Origin origin) {
  const auto rows = static_cast<std::size_t>(tile_->rows);
  if (indexer_->is_inside(origin)) {
    const std::int64_t base = indexer_->base(tile_->group, origin);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::int64_t at = base + indexer_->offset(tile_->k0 + static_cast<int>(r));
      vector_[r] = static_cast<std::int16_t>(input_[static_cast<std::size_t>(at)] - zero_point_);
    }
    return rows;
  }
  std::uint64_t read = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    const std::int64_t at = (*indexer_)(tile_->group, origin, tile_->k0 + static_cast<int>(r));
    vector_[r] =
        at < 0 ? std::int16_t{0}
               : static_cast<std::int16_t>(input_[static_cast<std::size_t>(at)] - zero_point_);
    read += at < 0 ? 0 : 1;
  }
  return read;
}

std::span<const std::int16_t> ActivationFeeder::next() {
  ++m_;
  const schedule::InputIndexer::Origin origin = indexer_->origin(fold_->m0 + m_);
  const std::uint64_t read = gather(origin);
  const auto zeros = static_cast<std::uint64_t>(
      std::count(vector_.begin(), vector_.begin() + tile_->rows, std::int16_t{0}));
  const auto rows = static_cast<std::uint64_t>(tile_->rows);
  const auto columns = static_cast<std::uint64_t>(tile_->columns);
  const auto array_rows = static_cast<std::uint64_t>(state_->spec().array.rows);
  const auto array_columns = static_cast<std::uint64_t>(state_->spec().array.columns);
  hardware::EventCounts& counts = state_->counts(node_);
  counts[Event::kActivationSramRead] += read;
  counts[Event::kMacGated] += zeros * columns;
  counts[Event::kMacActive] += (rows - zeros) * columns;
  // An element crosses every column of the array, a sum every row.
  counts[Event::kActivationShift] += rows * array_columns;
  counts[Event::kPsumShift] += columns * array_rows;
  counts[Event::kAccumulatorWrite] += columns;
  if (!fold_->first_k) counts[Event::kAccumulatorRead] += columns;
  return vector_;
}

}  // namespace brownout::accelerator

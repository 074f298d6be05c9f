#include "sim/accelerator/fold_engines.hpp"

#include <algorithm>
#include <bit>

namespace brownout::accelerator {

using hardware::Event;

namespace {

/// The filter's bits in every lane of a tile's words; none when the layer does not pass.
memory::WordBits changeable_bits(const storage::FaultFilter& filter, const schedule::Tile& tile,
                                 int weight_bits) {
  memory::WordBits word;
  if (!filter.passes_layer(tile.layer)) return word;
  const std::uint64_t one_lane = filter.bits & ((std::uint64_t{1} << weight_bits) - 1);
  for (int lane = 0; lane < tile.lanes; ++lane) {
    word.put(static_cast<std::uint32_t>(lane * weight_bits), one_lane);
  }
  return word;
}

}  // namespace

void WeightLoader::begin(JobState& state, WeightSram& sram, int fold) {
  state_ = &state;
  sram_ = &sram;
  tile_ = &state.program().tile_of(state.program().folds[static_cast<std::size_t>(fold)]);
  const schedule::Layer& layer = state.program().layer_of(*tile_);
  convolution_ = &std::get<models::Convolution>(
      state.job->network.nodes[static_cast<std::size_t>(layer.node)]);
  first_channel_ = tile_->group * layer.gemm.n + tile_->n0;
  row_ = -1;
  row_complete_ = true;
  words_read_ = 0;
  may_change_ =
      changeable_bits(state.job->filter, *tile_, state.program().layer_of(*tile_).weight_bits);
  trace_ = nullptr;
  if (state.program().layers[static_cast<std::size_t>(tile_->layer)].node ==
      state.job->trace_node) {
    state.run.loaded_tiles.push_back({fold, {}});
    trace_ = &state.run.loaded_tiles.back();
  }
}

bool WeightLoader::advance() {
  if (row_complete_) {
    ++row_;
    row_complete_ = false;
    words_read_ = 0;
    weights_.assign(static_cast<std::size_t>(state_->spec().array.columns), 0);
  }
  if (row_ < tile_->rows) {
    const auto banks = static_cast<std::uint32_t>(state_->spec().weight_sram.banks);
    const std::uint32_t until = std::min(tile_->words_per_row, words_read_ + banks);
    for (; words_read_ < until; ++words_read_) read_word(words_read_);
    if (words_read_ < tile_->words_per_row) return false;
    if (trace_ != nullptr) {
      trace_->weights.insert(trace_->weights.end(), weights_.begin(),
                             weights_.begin() + tile_->columns);
    }
  }
  row_complete_ = true;
  state_->counts(tile_->layer)[Event::kWeightRegisterWrite] += weights_.size();
  return true;
}

void WeightLoader::read_word(std::uint32_t word_of_row) {
  const auto bits = static_cast<std::uint32_t>(state_->program().layer_of(*tile_).weight_bits);
  const std::uint64_t address =
      tile_->address + static_cast<std::uint64_t>(row_) * tile_->words_per_row + word_of_row;
  const memory::WordBits stored = sram_->stored(address);
  const memory::WordBits word = filtered(stored, sram_->read(address));
  const memory::WordBits wrong = word ^ stored;
  const bool is_wrong = wrong != memory::WordBits{};
  FetchedBits& fetched = state_->run.fetched_bits[static_cast<std::size_t>(tile_->layer)];
  for (int lane = 0; lane < tile_->lanes; ++lane) {
    const int column = static_cast<int>(word_of_row) * tile_->lanes + lane;
    if (column >= tile_->columns) break;
    const std::uint32_t first = static_cast<std::uint32_t>(lane) * bits;
    const auto code = static_cast<std::uint32_t>(word.field(first, bits));
    const int channel = first_channel_ + column;
    weights_[static_cast<std::size_t>(column)] = static_cast<std::int16_t>(
        memory::decode(state_->job->encoding, code, static_cast<int>(bits)) -
        convolution_->weight_zero_point(channel));
    fetched.total += bits;
    if (is_wrong) {
      fetched.wrong += static_cast<unsigned>(std::popcount(wrong.field(first, bits)));
    }
  }
  ++state_->counts(tile_->layer)[Event::kWeightSramRead];
}

/// The word in which only the changes that pass the filter are left.
memory::WordBits WeightLoader::filtered(const memory::WordBits& stored,
                                        const memory::WordBits& read) const {
  using memory::WordBits;
  if (stored == read) return stored;
  const storage::FaultPolarity polarity = state_->job->filter.polarity;
  const WordBits changed = (stored ^ read) & may_change_;
  if (polarity == storage::FaultPolarity::kBoth) return stored ^ changed;
  const WordBits rising = polarity == storage::FaultPolarity::kOneToZero ? WordBits{} : ~stored;
  const WordBits falling = polarity == storage::FaultPolarity::kZeroToOne ? WordBits{} : stored;
  return stored ^ (changed & (rising | falling));
}

void ActivationFeeder::begin_layer(JobState& state, ActivationSram& sram, int layer) {
  state_ = &state;
  layer_ = layer;
  const models::QuantizedNetwork& network = state.job->network;
  const auto& convolution =
      std::get<models::Convolution>(network.nodes[static_cast<std::size_t>(layer)]);
  const models::ActivationTensor& input = network.tensor(convolution.input);
  const auto address = state.program().tensor_address[static_cast<std::size_t>(convolution.input)];
  input_ = sram.read(address, static_cast<std::uint64_t>(input.shape.size()));
  zero_point_ = input.zero_point;
  indexer_.emplace(network, convolution);
  vector_.assign(static_cast<std::size_t>(state.spec().array.rows), 0);
}

void ActivationFeeder::begin(int fold) {
  fold_ = &state_->program().folds[static_cast<std::size_t>(fold)];
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
  hardware::EventCounts& counts = state_->counts(layer_);
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

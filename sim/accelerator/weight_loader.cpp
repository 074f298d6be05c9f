#include "sim/accelerator/weight_loader.hpp"

#include <algorithm>

#include "memory/base/arithmetic.hpp"
#include "sim/storage/column_flags.hpp"

namespace brownout::accelerator {

using hardware::Event;

void WeightLoader::begin(JobState& state, WeightSram& sram, DmaPort& dma, FoldIndex fold) {
  state_ = &state;
  sram_ = &sram;
  dma_ = &dma;
  const schedule::Fold& current = state.fold(fold);
  tile_ = &state.program().tile_of(current);
  tile_index_ = current.tile;
  convolution_ = &std::get<models::Convolution>(state.node(tile_->node));
  first_channel_ = state.program().first_channel(*tile_);
  sram.set_masks(state.job->masks.of(tile_->node));
  row_ = -1;
  row_complete_ = true;
  words_read_ = 0;
  read_flags();
  trace_ = nullptr;
  if (tile_->node == state.job->trace_node) {
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
    if (waiting_ > 0) {
      --waiting_;
    } else {
      read_words();
    }
    if (waiting_ > 0 || words_read_ < tile_->words_per_row) return false;
    if (trace_ != nullptr) {
      trace_->weights.insert(trace_->weights.end(), weights_.begin(),
                             weights_.begin() + tile_->columns);
    }
  }
  row_complete_ = true;
  state_->counts(tile_->node)[Event::kWeightRegisterWrite] += weights_.size();
  return true;
}

/// Of the columns, before the rows: the cells of these words do not fail.
void WeightLoader::read_flags() {
  columns_.clear();
  if (tile_->flag_words == 0) return;
  std::vector<memory::WideBits> words;
  for (std::uint64_t w = 0; w < tile_->flag_words; ++w) {
    const std::uint64_t address = state_->layout().flag_address(*tile_, tile_index_, w);
    words.push_back(sram_->stored(address).data);
  }
  columns_ = storage::flags_of_words(state_->program(), *tile_, words);
  state_->counts(tile_->node)[Event::kWeightSramRead] += tile_->flag_words;
  waiting_ =
      static_cast<Cycle>(divide_up(tile_->flag_words, state_->program().banks_of(*tile_).count));
}

/// One of each bank.
void WeightLoader::read_words() {
  const std::uint32_t banks = state_->program().banks_of(*tile_).count;
  const std::uint32_t until = std::min(tile_->words_per_row, words_read_ + banks);
  for (; words_read_ < until; ++words_read_) read_word(words_read_);
}

void WeightLoader::read_word(std::uint32_t word_of_row) {
  const storage::WordPath& path = state_->job->path;
  const std::uint64_t index = static_cast<std::uint64_t>(row_) * tile_->words_per_row + word_of_row;
  const std::uint64_t address = state_->job->stored.address_of(tile_index_, index);
  const int first_column = static_cast<int>(word_of_row) * tile_->lanes;
  storage::TileWord word = storage::tile_word(state_->program(), *tile_, word_of_row);
  if (!columns_.empty()) word.columns = columns_[word_of_row];
  const storage::ReadWord read = path.read(word, sram_->stored(address), sram_->mask(address),
                                           state_->job->stored.known_at(tile_->node, address));
  memory::WideBits codes = read.codes;
  if (read.codewords.refetched != 0) {
    const DmaPort::Refetched again = dma_->refetch(tile_index_, index);
    codes = path.read(word, again.word).codes;
    waiting_ += again.cycles;
  }
  const memory::CodeTable& table = path.table(word.weight_bits);
  for (int lane = 0; lane < word.weights; ++lane) {
    const int column = first_column + lane;
    weights_[static_cast<std::size_t>(column)] =
        static_cast<std::int16_t>(table.value(word.code(codes, lane)) -
                                  convolution_->weight_zero_point(first_channel_ + column));
  }
  count(word, read);
}

void WeightLoader::count(const storage::TileWord& word, const storage::ReadWord& read) {
  WeightFetches& fetches = state_->run.weight_fetches[word.node];
  fetches.bits += word.bits();
  fetches.bits_wrong += read.wrong.count();
  fetches.codewords += read.codewords;
  hardware::EventCounts& counts = state_->counts(word.node);
  ++counts[Event::kWeightSramRead];
  counts[Event::kCodeXor] += static_cast<unsigned>(state_->spec().weight_sram.decoder_xors);
}

}  // namespace brownout::accelerator

#include "sim/timing/program_cycles.hpp"

#include <algorithm>
#include <vector>

#include "memory/base/arithmetic.hpp"

namespace brownout::timing {

using hardware::Cycle;
using hardware::FoldTimes;
using hardware::LayerTimes;

namespace {

/// Carries the recurrence from fold to fold and layer to layer.
class Recurrence {
 public:
  Recurrence(const schedule::TileProgram& program, const schedule::WeightLayout& layout,
             const RefetchedWords& refetched)
      : program_(program), layout_(layout), refetched_(refetched) {}

  hardware::ProgramTimes run() {
    times_.input_ready = transfer_cycles(program_.spec.dram, program_.input_bytes);
    dma_free_ = times_.input_ready;
    Cycle now = times_.input_ready;
    for (const schedule::Layer& layer : program_.layers) {
      times_.layers.push_back(layer.matrix ? matrix_layer(layer, now) : vector_layer(layer, now));
      now = times_.layers.back().end;
    }
    for (const std::uint64_t bytes : program_.output_bytes) {
      now += transfer_cycles(program_.spec.dram, bytes);
    }
    times_.total = now;
    return std::move(times_);
  }

 private:
  /// The words of fold `index` arrive: transfers are in order, and wait until the words that they
  /// overwrite have been loaded into the array.
  Cycle weights_ready(schedule::FoldIndex index) {
    if (!program_.streams_weights()) return 0;
    const schedule::Fold& fold = program_.folds[index];
    const auto after = layout_.transfer_after[index];
    const Cycle gate = after ? times_.folds[*after].load_end : 0;
    const std::uint64_t bytes = program_.bytes_of(program_.tile_of(fold));
    dma_free_ = std::max(dma_free_, gate) + transfer_cycles(program_.spec.dram, bytes);
    return dma_free_;
  }

  LayerTimes matrix_layer(const schedule::Layer& layer, Cycle start) {
    const hardware::ArraySpec& array = program_.spec.array;
    std::vector<Cycle> block_done(layer.block_count, start);
    Cycle vector_free = start;
    FoldTimes before{start, start, start, start, start, start};
    for (std::size_t i = 0; i < layer.fold_count; ++i) {
      const schedule::FoldIndex index = layer.first_fold + i;
      const schedule::Fold& fold = program_.folds[index];
      const schedule::ArrayUse use = program_.use_of(fold);
      const std::size_t block = fold.block;
      FoldTimes times;
      times.weights_ready = weights_ready(index);
      const Cycle array_free = program_.spec.weight_prefetch ? before.stream_start : before.end;
      times.load_start = std::max(array_free, times.weights_ready);
      times.load_end =
          times.load_start + load_cycles(program_, program_.tile_of(fold),
                                         refetched_.empty() ? 0 : refetched_[fold.tile]);
      // The accumulators have two halves: a block reuses the half of the block two before.
      const Cycle sums_free = block >= 2 ? block_done[block - 2] : start;
      times.stream_start = std::max({before.stream_end, times.load_end, sums_free});
      times.stream_end = times.stream_start + use.vectors;
      times.end = times.stream_end + array.rows + array.columns - 2;
      if (fold.last_k) {
        vector_free =
            std::max(vector_free, times.end) + divide_up(use.sums(), program_.spec.vector_lanes);
        block_done[block] = vector_free;
      }
      times_.folds.push_back(times);
      before = times;
    }
    return {start, before.end, std::max(before.end, vector_free)};
  }

  LayerTimes vector_layer(const schedule::Layer& layer, Cycle start) const {
    const Cycle passes = divide_up(layer.vector_elements, program_.spec.vector_lanes);
    return {start, start, start + passes + layer.vector_latency};
  }

  const schedule::TileProgram& program_;
  const schedule::WeightLayout& layout_;
  const RefetchedWords& refetched_;
  hardware::ProgramTimes times_;
  Cycle dma_free_ = 0;
};

}  // namespace

Cycle transfer_cycles(const hardware::DramSpec& dram, std::uint64_t bytes) {
  const Cycle bursts = divide_up(static_cast<std::int64_t>(bytes), dram.burst_bytes);
  return dram.latency_cycles + bursts * divide_up(dram.burst_bytes, dram.bytes_per_cycle);
}

Cycle load_cycles(const schedule::TileProgram& program, const schedule::Tile& tile,
                  std::uint64_t refetched) {
  const std::uint32_t banks = program.banks_of(tile).count;
  const Cycle flags = divide_up(tile.flag_words, banks);  // before the rows
  const Cycle fetch = divide_up(tile.words_per_row, banks);
  const Cycle again = transfer_cycles(program.spec.dram, program.word_bytes());
  return flags + program.spec.array.rows + tile.rows * (fetch - 1) +
         static_cast<Cycle>(refetched) * again;
}

hardware::ProgramTimes program_times(const schedule::TileProgram& program,
                                     const schedule::WeightLayout& layout,
                                     const RefetchedWords& refetched) {
  return Recurrence(program, layout, refetched).run();
}

Cycle setup_cycles(const schedule::TileProgram& program) {
  if (program.streams_weights()) return 0;
  std::uint64_t bytes = 0;
  for (const schedule::Tile& tile : program.tiles) bytes += program.bytes_of(tile);
  return transfer_cycles(program.spec.dram, bytes);
}

}  // namespace brownout::timing

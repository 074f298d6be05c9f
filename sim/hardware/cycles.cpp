#include "sim/hardware/cycles.hpp"

#include <algorithm>

namespace brownout::hardware {

CycleBreakdown& CycleBreakdown::operator+=(const CycleBreakdown& other) {
  compute += other.compute;
  weight_fetch += other.weight_fetch;
  dram += other.dram;
  accumulator += other.accumulator;
  vector += other.vector;
  return *this;
}

CycleBreakdown break_down(const LayerTimes& layer, std::span<const FoldTimes> folds, int array_rows,
                          bool weight_prefetch) {
  CycleBreakdown result;
  result.vector = layer.end - layer.array_end;
  Cycle array_free = layer.start;  // the earliest cycle at which this fold's load may start
  Cycle stream_free = layer.start;
  for (const FoldTimes& fold : folds) {
    // The stream of an array that waits for nothing would start here; every later start has a
    // cause.
    const Cycle unhindered = std::max(stream_free, array_free + array_rows);
    const Cycle after_dram = std::max(unhindered, fold.load_start + array_rows);
    const Cycle after_fetch = std::max(after_dram, fold.load_end);
    result.dram += after_dram - unhindered;
    result.weight_fetch += after_fetch - after_dram;
    result.accumulator += fold.stream_start - after_fetch;
    array_free = weight_prefetch ? fold.stream_start : fold.end;
    stream_free = fold.stream_end;
  }
  result.compute = (layer.array_end - layer.start) - result.stalls();
  return result;
}

Cycle array_active_cycles(std::span<const FoldTimes> folds) {
  // Loads start in order and streams start in order, so one pass over both merges the intervals.
  Cycle active = 0;
  Cycle covered_until = 0;
  const auto cover = [&](Cycle start, Cycle end) {
    active += std::max<Cycle>(0, end - std::max(start, covered_until));
    covered_until = std::max(covered_until, end);
  };
  for (std::size_t i = 0; i < folds.size(); ++i) {
    if (i == 0) cover(folds[i].load_start, folds[i].load_end);
    // The next fold's load may run before this fold has drained, and may start after its stream.
    const bool has_next = i + 1 < folds.size();
    cover(folds[i].stream_start, folds[i].end);
    if (has_next) cover(folds[i + 1].load_start, folds[i + 1].load_end);
  }
  return active;
}

}  // namespace brownout::hardware

// When things happened, in cycles: the record that the SystemC machine measures and the closed form
// computes, and the breakdown of a layer's cycles that both derive from it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "memory/base/index.hpp"
#include "models/node_index.hpp"

namespace brownout::hardware {

using Cycle = std::int64_t;
/// Of the folds of a program, in their order.
using FoldIndex = Index<struct FoldKind>;

/// One fold: a weight tile loaded into the array and a block of activations streamed through it.
/// Intervals are [start, end); cycle 0 is the start of the inference.
struct FoldTimes {
  Cycle weights_ready = 0;  ///< the tile's words are in the weight SRAM
  Cycle load_start = 0;
  Cycle load_end = 0;
  Cycle stream_start = 0;
  Cycle stream_end = 0;  ///< the last activation vector has entered
  Cycle end = 0;         ///< the last partial sum has left

  bool operator==(const FoldTimes&) const = default;
};

/// One layer. Layers are barriers: a layer starts when the one before it has ended.
struct LayerTimes {
  Cycle start = 0;
  Cycle array_end = 0;  ///< equal to start when the array does not take part
  Cycle end = 0;        ///< the vector unit has written the last output

  bool operator==(const LayerTimes&) const = default;
};

/// All folds (program order), all layers, and the whole inference: input transfer, layers, output
/// transfer.
struct ProgramTimes {
  Indexed<FoldIndex, FoldTimes> folds;
  models::ByNode<LayerTimes> layers;
  Cycle input_ready = 0;
  Cycle total = 0;

  bool operator==(const ProgramTimes&) const = default;
};

/// Where the cycles of a layer or an inference went; the parts add up to the whole.
struct CycleBreakdown {
  Cycle compute = 0;       ///< load, stream and drain of an array that never waits
  Cycle weight_fetch = 0;  ///< rows that need more words than the SRAM has banks
  Cycle dram = 0;          ///< waiting for weights, input or output
  Cycle accumulator = 0;   ///< waiting for the vector unit to free an accumulator half
  Cycle vector = 0;        ///< the array is done or absent, the vector unit works

  Cycle total() const { return compute + stalls() + vector; }
  Cycle stalls() const { return weight_fetch + dram + accumulator; }
  CycleBreakdown& operator+=(const CycleBreakdown& other);
  bool operator==(const CycleBreakdown&) const = default;
};

/// The breakdown of one layer from its recorded times. `folds` are the layer's own.
CycleBreakdown break_down(const LayerTimes& layer, std::span<const FoldTimes> folds, int array_rows,
                          bool weight_prefetch);

/// Cycles in which the array is clocked: the union of the folds' load and stream-to-drain
/// intervals.
Cycle array_active_cycles(std::span<const FoldTimes> folds);

}  // namespace brownout::hardware

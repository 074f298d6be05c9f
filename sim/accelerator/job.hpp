// What the SystemC machine takes and gives, free of SystemC: a program, stored weights, faults and
// one image in; values, times and counts out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "memory/word_masks.hpp"
#include "models/quantized_network.hpp"
#include "sim/hardware/cycles.hpp"
#include "sim/hardware/event_counts.hpp"
#include "sim/schedule/tile_program.hpp"
#include "sim/storage/weight_image.hpp"
#include "sim/storage/word_path.hpp"

namespace brownout::accelerator {

/// When the DRAM answers. Bind another model to study other memories; compute cycles stay the same.
class DramModel {
 public:
  virtual ~DramModel() = default;
  /// Cycles that a transfer of `bytes` bytes takes, asked once per transfer, in order.
  virtual hardware::Cycle transfer_cycles(std::uint64_t bytes) = 0;
};

/// Latency, then bursts back to back at the bus's width.
class BurstDram final : public DramModel {
 public:
  explicit BurstDram(const hardware::DramSpec& spec) : spec_(spec) {}
  hardware::Cycle transfer_cycles(std::uint64_t bytes) override;

 private:
  hardware::DramSpec spec_;
};

/// One inference. The references must outlive the run.
struct Job {
  const models::QuantizedNetwork& network;
  storage::StoredWeights stored;  ///< program, layout, and the words as written
  const storage::WordPath& path;  ///< what words read as
  /// memory::word_masks of the weight SRAM.
  const storage::ByReadVoltage<memory::WordMasks>& masks;
  std::span<const std::uint8_t> input;               ///< codes of one image (NHWC)
  DramModel* dram = nullptr;                         ///< nullptr: BurstDram of the program's spec
  std::optional<models::NodeIndex> trace_node = {};  ///< keep what this node loads and writes
  /// memory::word_masks of the activation SRAM; nullptr: it is error-free.
  const memory::WordMasks* activation_masks = nullptr;
  /// The same of the accumulators (hardware::organisation).
  const memory::WordMasks* accumulator_masks = nullptr;

  const schedule::TileProgram& program() const { return stored.program; }
};

/// The weights of one fold as the array took them: used rows x used columns.
struct LoadedTile {
  hardware::FoldIndex fold;
  std::vector<std::int16_t> weights;  ///< as the PEs take them, less their zero point
};

/// What a layer fetched of its weights.
struct WeightFetches {
  std::uint64_t bits = 0;        ///< real weight bits
  std::uint64_t bits_wrong = 0;  ///< of these, those that the cells delivered wrong
  storage::CodewordCounts codewords = {};

  bool operator==(const WeightFetches&) const = default;
};

struct MachineRun {
  std::vector<std::uint8_t> logits;                      ///< as they arrived in the DRAM
  std::vector<std::vector<std::uint8_t>> other_outputs;  ///< likewise, as in models::EngineResult
  std::vector<std::uint8_t> input;                       ///< as read from the activation SRAM
  models::ByNode<std::vector<std::uint8_t>> layer_outputs;  ///< NHWC codes, as read
  hardware::ProgramTimes times;
  models::ByNode<hardware::EventCounts> counts;
  hardware::EventCounts transfer_counts;  ///< input in, output out
  models::ByNode<WeightFetches> weight_fetches;
  std::vector<LoadedTile> loaded_tiles;      ///< of the traced node
  std::vector<std::uint8_t> written_output;  ///< of the traced node, as it was written
};

}  // namespace brownout::accelerator

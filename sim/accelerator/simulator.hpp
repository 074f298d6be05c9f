// The facade of the SystemC machine, free of SystemC: a program, weights, faults and one image in;
// values, times and counts out. One Simulator lives in a process, and runs jobs one after another.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "memory/encoding.hpp"
#include "memory/sram_macro.hpp"
#include "models/quantized_network.hpp"
#include "sim/hardware/cycles.hpp"
#include "sim/hardware/event_counts.hpp"
#include "sim/schedule/tile_program.hpp"
#include "sim/storage/fault_filter.hpp"

namespace brownout::accelerator {

/// When the DRAM answers. Bind another model to study other memories; compute cycles stay the same.
class DramModel {
 public:
  virtual ~DramModel() = default;
  /// Cycles that a transfer of `bytes` bytes takes, asked once per transfer, in order.
  virtual hardware::Cycle transfer_cycles(std::uint64_t bytes) = 0;
};

/// Latency, then bursts back to back at the bus's width (DESIGN 6, DRAM).
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
  const schedule::TileProgram& program;
  const models::WeightSet& weights;  ///< as written
  memory::Encoding encoding = memory::Encoding::kTwosComplement;
  const std::vector<memory::WordMask>& masks;  ///< memory::word_masks of the weight SRAM
  std::span<const std::uint8_t> input;         ///< codes of one image (NHWC)
  DramModel* dram = nullptr;                   ///< nullptr: BurstDram of the program's spec
  int trace_node = -1;                         ///< keep what this node loads and writes
  storage::FaultFilter filter = {};            ///< which wrong bits of weights act
  /// The same of the activation SRAM; none: it is error-free.
  std::span<const memory::WordMask> activation_masks = {};
  /// The same of the accumulators (hardware::organisation); none: they are error-free.
  std::span<const memory::WordMask> accumulator_masks = {};
};

/// The weights of one fold as the array took them: used rows x used columns.
struct LoadedTile {
  int fold = 0;                       ///< index into TileProgram::folds
  std::vector<std::int16_t> weights;  ///< as the PEs take them, less their zero point
};

/// Real weight bits that a layer fetched, and those that differed from what was written.
struct FetchedBits {
  std::uint64_t total = 0;
  std::uint64_t wrong = 0;

  bool operator==(const FetchedBits&) const = default;
};

struct MachineRun {
  std::vector<std::uint8_t> logits;                      ///< as they arrived in the DRAM
  std::vector<std::vector<std::uint8_t>> other_outputs;  ///< likewise, as in models::EngineResult
  std::vector<std::uint8_t> input;                       ///< as read from the activation SRAM
  std::vector<std::vector<std::uint8_t>> layer_outputs;  ///< by node index, NHWC codes, as read
  hardware::ProgramTimes times;
  std::vector<hardware::EventCounts> counts;  ///< by node index
  hardware::EventCounts transfer_counts;      ///< input in, output out
  std::vector<FetchedBits> fetched_bits;      ///< by node index
  std::vector<LoadedTile> loaded_tiles;       ///< of the traced node
  std::vector<std::uint8_t> written_output;   ///< of the traced node, as it was written
};

class Simulator {
 public:
  /// Elaborates the SystemC modules. Throws std::logic_error for a second one in a process.
  Simulator();
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  MachineRun run(const Job& job);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace brownout::accelerator

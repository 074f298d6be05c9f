// What a point yields. Its text form, rows of points.csv and layers.csv, is made of the tables in
// point_columns.hpp and layer_columns.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "memory/repair/spare_lines.hpp"
#include "memory/voltage.hpp"
#include "sim/energy/energy_table.hpp"
#include "sim/experiment/results/score.hpp"
#include "sim/hardware/cycles.hpp"
#include "sim/hardware/event_counts.hpp"
#include "sim/hardware/supply.hpp"

namespace brownout::experiment {

/// Joules per inference by the rails of the energy table.
struct RailJoules : energy::PerRail<double> {
  double weight_sram() const { return (*this)[energy::Rail::kWeightSram]; }
  double total() const;
  double weight_sram_share() const;  ///< of the total; 0 where that is nothing
  RailJoules& operator+=(const RailJoules& other);
};

/// Groups of columns that a workload's files have where it asks for them.
struct OptionalColumns {
  bool memories = false;       ///< of each memory: others than the weight SRAM may fail, too
  bool supply_energy = false;  ///< `memories`, and some share a supply
  bool mitigations = false;    ///< some act on weights
  bool repair = false;         ///< the weight SRAM has spare lines
};

/// What the array gets behind write policy and word code.
struct MitigatedWeights {
  double residual_ber = 0;  ///< bits of weights that are not the network's, of those fetched
  /// Shares of the codewords fetched.
  double corrected = 0, uncorrectable = 0, miscorrected = 0;
  std::uint64_t refetched = 0;  ///< words of an inference that DRAM is asked for again
};

/// One layer at one point, or the transfers of input and output (kind "transfer").
struct LayerResult {
  std::string name;
  std::string kind;
  std::int64_t m = 0;
  int n = 0, k = 0;
  std::int64_t macs = 0;
  std::uint64_t weights = 0;
  double weights_changed = 0;  ///< share
  double effective_ber = 0;
  hardware::CycleBreakdown cycles;
  double utilization = 0;        ///< MACs / (cycles x PEs)
  hardware::EventCounts counts;  ///< of all images
  RailJoules energy;
  double effective_ber_0to1 = 0, effective_ber_1to0 = 0;  ///< by direction; sum: effective_ber
  std::uint64_t words = 0;                                ///< of the layer's tiles
  double words_touched = 0;      ///< share, with a weight bit that reads wrong
  double weight_error_mean = 0;  ///< |read - written| over all weights, in quantization steps
  std::uint64_t weight_error_max = 0;
  MitigatedWeights mitigated = {};
};

/// A memory that may fail.
struct MemoryResult {
  hardware::OnChipMemory memory{};
  memory::Voltage voltage;
  std::string unit;
  double ber = 0;  ///< share of its cells that fail, mean over inferences
  std::uint64_t cells = 0;
  std::string source = {};  ///< of its faults, for reports
};

/// Codes that the network put out.
struct NetworkOutputs {
  std::vector<std::uint8_t> logits;  ///< images x elements, of the output that is scored
  std::vector<std::vector<std::uint8_t>> others;  ///< likewise, as in models::EngineResult
};

/// Of a supply, by what it feeds.
struct SupplyEnergy {
  double joules = 0;    ///< per inference
  double relative = 0;  ///< to that at the error-free voltages
};

struct PointResult {
  hardware::Supply supply;  ///< of voltage(), unit() and ber()
  /// All memories that may fail, the weight SRAM first, in the order of hardware::kOnChipMemories.
  std::vector<MemoryResult> memories;
  std::uint64_t chip = 0;
  double effective_ber = 0;  ///< wrong bits / bits, over the weight bits fetched in the inferences
  double weights_changed = 0;  ///< share of weights whose value differs, mean over inferences
  std::uint64_t intermittent_cells = 0;  ///< that fail in some inferences only
  std::int64_t images = 0;
  Score score;
  double reference = 0;  ///< what the workload is judged by, of the network without any fault
  std::optional<PairedCounts> paired = {};  ///< against the network without any fault; of top-1
  RailJoules energy;                        ///< per inference
  double energy_rel = 0;                    ///< to the same workload at the error-free voltage
  double weight_sram_energy_rel = 0;        ///< likewise
  RailJoules error_free_energy = {};        ///< what these are relative to
  double latency_s = 0;
  hardware::Cycle cycles = 0;
  hardware::Cycle stall_cycles = 0;
  int cosim_images = 0;                  ///< images that the SystemC machine ran too, and agreed on
  std::optional<double> ber_asked = {};  ///< that the voltage stands for
  std::optional<SupplyEnergy> supply_energy = {};  ///< of `supply`, where memories share one
  MitigatedWeights mitigated = {};
  double mitigation_joules = 0;  ///< of energy: check bits, spare lines, protected bits, logic
  std::optional<memory::RepairCounts> repair = {};  ///< where there are spare lines
  OptionalColumns columns;                          ///< of its rows
  std::vector<LayerResult> layers;                  ///< by node, then the transfers
  NetworkOutputs outputs;                           ///< in no row

  /// The first memory on `supply`. This and the next throw std::logic_error where none is.
  const MemoryResult& swept() const;
  memory::Voltage voltage() const { return swept().voltage; }
  const std::string& unit() const { return swept().unit; }
  /// Share of the cells on `supply` that fail.
  double ber() const;
};

}  // namespace brownout::experiment

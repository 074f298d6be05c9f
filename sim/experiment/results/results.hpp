// What a point yields, and its one text form: rows of points.csv and layers.csv. The journal, the
// pipes between processes and the files all hold these rows, so they cannot differ.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memory/voltage.hpp"
#include "sim/experiment/results/score.hpp"
#include "sim/hardware/cycles.hpp"
#include "sim/hardware/event_counts.hpp"
#include "sim/hardware/on_chip_memory.hpp"

namespace brownout::experiment {

/// Joules per inference by rail.
struct RailJoules {
  double logic = 0, weight_sram = 0, activation_sram = 0, dram = 0;

  double total() const { return logic + weight_sram + activation_sram + dram; }
  RailJoules& operator+=(const RailJoules& other);
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
};

/// A memory that has faults.
struct RailResult {
  hardware::OnChipMemory memory{};
  memory::Voltage voltage;
  std::string unit;
  double ber = 0;  ///< share of its cells that fail
};

struct PointResult {
  memory::Voltage voltage;
  std::string unit;
  std::uint64_t chip = 0;
  double ber = 0;  ///< share of the chip's cells that fail at this voltage, mean over inferences
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
  double latency_s = 0;
  hardware::Cycle cycles = 0;
  hardware::Cycle stall_cycles = 0;
  int cosim_images = 0;  ///< images that the SystemC machine ran too, and agreed on
  hardware::OnChipMemory rail = hardware::OnChipMemory::kWeightSram;  ///< of voltage, unit and ber
  std::optional<double> ber_asked = {};  ///< that the voltage stands for
  /// All memories that have faults, the weight SRAM first, in the order of
  /// hardware::kOnChipMemories.
  std::vector<RailResult> rails;

  /// Takes voltage, unit and ber from this one of `rails`.
  void set_rail(hardware::OnChipMemory memory);
  /// Whether rows need the columns of the rails: a memory beside the weight SRAM has faults.
  bool has_other_rails() const { return rails.size() > 1; }
  std::vector<LayerResult> layers;
};

/// The header lines, without line ends. Where memories beside the weight SRAM have faults, points
/// have further columns.
std::string points_header(bool other_rails = false);
std::string layers_header();
/// A row of points.csv, without line end; numbers round-trip.
std::string point_row(const PointResult& point);
/// The rows of layers.csv, each with its line end.
std::string layer_rows(const PointResult& point);

/// The columns of points.csv that summaries need. Throws std::runtime_error on another format.
struct PointSummary {
  memory::Voltage voltage;
  std::uint64_t chip = 0;
  double ber = 0, effective_ber = 0, weights_changed = 0;
  std::int64_t images = 0;
  ByMetric<double> score;
  ByMetric<Interval> interval;  ///< of each score
  double reference = 0;
  std::optional<PairedCounts> paired = {};
  bool unharmed = false;  ///< no fault reaches a weight, and no other memory fails
  std::optional<double> ber_asked = {};
  double energy_j = 0, energy_rel = 0;
  double weight_sram_energy_rel = 0, weight_sram_share = 0;
  double latency_s = 0;
};
PointSummary parse_point_row(std::string_view row);

}  // namespace brownout::experiment

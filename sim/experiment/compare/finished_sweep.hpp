// A directory that `sweep` wrote, read back whole or refused.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/experiment/results/point_summary.hpp"
#include "sim/experiment/runner/manifest.hpp"

namespace brownout::experiment {

struct FinishedSweep {
  std::filesystem::path directory;
  ManifestEntries manifest;  ///< flat: "workload", "configuration/sweep.chips"
  std::vector<PointSummary> points;

  Metric metric() const;     ///< that the workload is judged by
  std::string unit() const;  ///< of the voltages
};

/// Of the directory itself, or of all sweeps of one that `sweep --axis` wrote. Throws InputError
/// where there is none, one is not finished, or of another format.
std::vector<FinishedSweep> read_sweeps(const std::filesystem::path& directory);

/// A layer of a sweep: means over the chips of a voltage.
struct LayerSummary {
  std::string layer, kind;
  double cycles = 0;
  double energy_j = 0, weight_sram_energy_j = 0;
  double weights_changed = 0;
};

/// By layers.csv, in its order. Throws InputError where it has no such voltage.
std::vector<LayerSummary> read_layers(const FinishedSweep& sweep, memory::Voltage voltage);

}  // namespace brownout::experiment

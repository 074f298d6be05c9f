// Everything that the points of a workload share, loaded and planned once: network, images, tile
// program, closed form. Read-only afterwards, so that forked workers share it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "memory/voltage.hpp"
#include "models/quantized_network.hpp"
#include "sim/config/workload_config.hpp"
#include "sim/experiment/results/score.hpp"
#include "sim/hardware/cycles.hpp"
#include "sim/schedule/tile_program.hpp"
#include "sim/schedule/weight_layout.hpp"
#include "sim/storage/weight_image.hpp"
#include "sim/storage/word_path.hpp"
#include "sim/timing/static_counts.hpp"

namespace brownout::experiment {

struct Workbench {
  config::WorkloadConfig config;
  models::QuantizedNetwork network;
  models::WeightSet weights;          ///< the network's own
  std::vector<std::uint8_t> codes;    ///< images x input (NHWC)
  std::vector<std::uint16_t> labels;  ///< one an image, or none
  std::vector<float> inputs;          ///< as `codes`, not quantized; of a reconstruction only
  std::vector<bool> anomalous;        ///< as `labels`; of a reconstruction only
  schedule::TileProgram program;
  schedule::WeightLayout layout;
  storage::WeightImage image;   ///< of every chip: no write policy looks at one yet
  storage::FaultFilter faults;  ///< those that act
  hardware::ProgramTimes times;
  timing::ProgramCounts counts;
  /// What a user should look at: images that the network may not be made for, sums that may not
  /// fit.
  std::vector<std::string> notes;

  storage::StoredWeights stored_weights() const { return {program, layout, image}; }
  /// Through which weights are read where these faults act.
  storage::WordPath word_path(const storage::FaultFilter& acting) const;
  std::int64_t images() const;
  /// What the workload is judged by: top-1; of a reconstruction ROC AUC, or the error where not
  /// both kinds of images are there.
  Metric metric() const;
  std::span<const std::uint8_t> image_codes(std::int64_t first, std::int64_t count) const;
  memory::Voltage error_free_voltage() const;
  /// Of a classification without faults: why its images or labels may be wrong, or empty.
  std::string accuracy_note(double top1) const;
  /// By its name; empty: that of the weight SRAM. Throws std::runtime_error for none of memories.
  const hardware::Supply& supply(const std::string& name) const;
  /// Of the memory's voltages.
  std::string unit(hardware::OnChipMemory memory = hardware::OnChipMemory::kWeightSram) const;
};

/// Throws std::runtime_error where the network, the images and the accelerator do not fit each
/// other, naming the file or key.
Workbench make_workbench(const config::WorkloadConfig& config);

}  // namespace brownout::experiment

// What a workload comes to before any image: network, tile program, stored weights, closed form.
// Read-only once made, so that points, sessions and forked workers share it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "memory/voltage.hpp"
#include "models/quantized_network.hpp"
#include "sim/config/workload_config.hpp"
#include "sim/experiment/session/read_voltages.hpp"
#include "sim/hardware/cycles.hpp"
#include "sim/schedule/tile_program.hpp"
#include "sim/schedule/weight_layout.hpp"
#include "sim/storage/weight_image.hpp"
#include "sim/storage/word_path.hpp"
#include "sim/timing/static_counts.hpp"

namespace brownout::experiment {

/// What an inference takes: exact, without running it.
struct ClosedForm {
  hardware::ProgramTimes times;
  timing::ProgramCounts counts;
};

/// What is stored for one chip in its own way.
struct StoredOnChip {
  /// Of its cells; nothing where no mitigation asks.
  storage::ByReadVoltage<memory::WordMasks> known;
  std::optional<schedule::WeightLayout> layout = {};  ///< nothing: the plan's
  std::optional<storage::WeightImage> image = {};     ///< nothing: the plan's
};

inline const StoredOnChip kAsPlanned;

struct Plan {
  config::WorkloadConfig config;
  models::QuantizedNetwork network;
  models::WeightSet weights;  ///< the network's own
  schedule::TileProgram program;
  schedule::WeightLayout layout;
  storage::WeightImage image;                 ///< as if no cell failed
  storage::FaultFilter faults;                ///< those that act
  storage::ByReadVoltage<ReadVoltage> reads;  ///< of the weight SRAM, by layers
  ClosedForm clean;                           ///< where no word is fetched again
  ClosedForm bare;                            ///< nor any flags
  std::vector<std::string> notes;  ///< what a user should look at, such as sums that may not fit

  /// What stands in the weight SRAM of a chip.
  storage::StoredWeights stored_weights(const StoredOnChip& chip = kAsPlanned) const {
    return {program, chip.layout ? *chip.layout : layout, chip.image ? *chip.image : image, weights,
            chip.known};
  }
  /// Through which weights are read where these faults act.
  storage::WordPath word_path(const storage::FaultFilter& acting) const;
  /// Those at which layers read the weight SRAM, by that of its supply.
  storage::ByReadVoltage<memory::Voltage> read_voltages(memory::Voltage supply) const;
  /// Where such words are fetched again.
  ClosedForm closed_form(const timing::RefetchedWords& refetched) const;
  /// Of the weight SRAM's profile.
  memory::Voltage error_free_voltage() const;
  /// By its name; empty: that of the weight SRAM. Throws InputError for none of memories.
  const hardware::Supply& supply(const std::string& name = {}) const;
  /// Of the memory's voltages.
  std::string unit(hardware::OnChipMemory memory = hardware::OnChipMemory::kWeightSram) const;
};

/// Throws InputError where network and accelerator do not fit each other, naming the file
/// or key.
Plan make_plan(const config::WorkloadConfig& config);

}  // namespace brownout::experiment

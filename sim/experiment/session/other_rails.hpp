// The faults of the memories beside the weight SRAM, of one chip at one operating point, in the
// forms that engine and machine take.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "memory/fault_map.hpp"
#include "memory/word_masks.hpp"
#include "models/engine/integer_engine.hpp"
#include "sim/experiment/session/chip.hpp"
#include "sim/experiment/results/results.hpp"

namespace brownout::experiment {

class OtherRails {
 public:
  /// Inference 0. Throws std::runtime_error where a profile or a map does not cover a voltage.
  /// `bench` must outlive this.
  OtherRails(const Workbench& bench, const Chip& chip, const config::OperatingPoint& voltages);

  const std::vector<MemoryResult>& results() const { return results_; }
  /// Whether inferences may differ: there are intermittent cells.
  bool varies() const;
  /// Moves on to an inference: every order gives the same.
  void move_to(std::uint64_t inference);

  void give_to(models::IntegerEngine& engine) const;
  /// Makes an engine error-free again.
  static void take_from(models::IntegerEngine& engine);
  /// Empty where the activation SRAM is error-free.
  const models::TensorMasks& tensor_masks() const { return tensor_masks_; }
  /// As the machine takes them; nothing where the memory is error-free.
  std::optional<memory::WordMasks> word_masks(hardware::OnChipMemory memory) const;

 private:
  struct Rail {
    hardware::OnChipMemory memory;
    memory::CellFaults faults;
    std::uint64_t seed;       // of the draws of its intermittent cells
    memory::CellMasks cells;  // that fail in the inference
  };

  const Workbench* bench_;
  std::vector<Rail> rails_;
  std::vector<MemoryResult> results_;
  models::TensorMasks tensor_masks_;
  models::SumMasks sum_masks_;
};

}  // namespace brownout::experiment

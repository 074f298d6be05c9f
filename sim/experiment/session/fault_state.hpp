// What a chip does at a point: the faults of all its memories as one value, in the forms that
// engine and machine take, inference by inference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "memory/fault_map.hpp"
#include "memory/word_masks.hpp"
#include "models/engine/integer_engine.hpp"
#include "sim/experiment/results/results.hpp"
#include "sim/experiment/session/chip.hpp"
#include "sim/experiment/session/point.hpp"
#include "sim/storage/inference_readback.hpp"

namespace brownout::experiment {

class FaultState {
 public:
  /// Inference 0. `plan` must outlive this. Throws InputError where a profile or a map does
  /// not cover a voltage.
  FaultState(const Plan& plan, const Chip& chip, const Point& point);
  FaultState(const FaultState&) = delete;  // parts of it refer to others
  FaultState& operator=(const FaultState&) = delete;

  /// Of all memories that may fail.
  const std::vector<MemoryResult>& memories() const { return memories_; }
  /// Of the weight SRAM: that fail in some inferences only.
  std::size_t intermittent_cells() const {
    return weight_cells_.values().front().intermittent.size();
  }

  /// Whether inferences may differ; if not, all are inference 0.
  bool varies() const;
  /// Moves on to an inference: every order gives the same.
  void move_to(std::uint64_t inference);

  /// Makes an engine read as this chip does, whatever it did before.
  void load(models::IntegerEngine& engine) const;
  /// The same of an engine that had this before the last move_to.
  void update(models::IntegerEngine& engine) const;

  /// The weights as read in the inference.
  const storage::WeightReadback& weights() const { return readback_.current(); }
  /// Empty where the activation SRAM is error-free.
  const models::TensorMasks& tensor_masks() const { return tensor_masks_; }
  /// What stands in the weight SRAM, and through which path it is read.
  storage::StoredWeights stored_weights() const { return plan_.stored_weights(stored_); }
  const storage::WordPath& path() const { return path_; }
  /// What the machine's weight SRAM does, word by word.
  storage::ByReadVoltage<memory::WordMasks> weight_masks() const;
  /// The same of another memory; nothing where it is error-free.
  std::optional<memory::WordMasks> word_masks(hardware::OnChipMemory memory) const;

 private:
  struct Faults {
    memory::CellFaults cells;
    std::uint64_t seed = 0;  // of the draws of intermittent cells

    bool varies() const { return !cells.intermittent.empty(); }
  };
  using FaultsOfMemories = std::map<hardware::OnChipMemory, Faults>;

  static FaultsOfMemories faults_of(const Plan& plan, const Chip& chip,
                                    const config::OperatingPoint& voltages);
  bool masks_vary() const;
  void read_back(hardware::OnChipMemory memory, const Faults& faults);
  void load_masks(models::IntegerEngine& engine) const;

  const Plan& plan_;
  FaultsOfMemories faults_;  // of all but the weight SRAM
  storage::ByReadVoltage<memory::CellFaults> weight_cells_;
  std::uint64_t weight_seed_;  // of the draws of intermittent cells
  std::vector<MemoryResult> memories_;
  storage::WordPath path_;
  StoredOnChip stored_;
  storage::InferenceReadback readback_;
  std::uint64_t inference_ = 0;
  models::TensorMasks tensor_masks_;
  models::SumMasks sum_masks_;
};

/// Of the weight SRAM at a point: as each layer reads it.
storage::ByReadVoltage<memory::CellFaults> weight_faults(const Plan& plan, const Chip& chip,
                                                         const Point& point);

/// What is stored for a chip where mitigations know its cells: those that always fail at the
/// voltage of `program_at`. Throws InputError where such cells flip and words are written for them:
/// what they read as is not known.
StoredOnChip stored_on(const Plan& plan, const Chip& chip, const Point& point,
                       const storage::WordPath& path);

}  // namespace brownout::experiment

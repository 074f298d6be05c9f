// One operating point of one chip: accuracy by the integer engine, cycles by the closed form,
// energy by the table, and the SystemC machine's agreement on the first images.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/engine/integer_engine.hpp"
#include "sim/experiment/session/chip.hpp"
#include "sim/experiment/session/other_rails.hpp"
#include "sim/experiment/session/workbench.hpp"
#include "sim/experiment/results/results.hpp"
#include "sim/storage/inference_readback.hpp"

namespace brownout::experiment {

struct Point {
  memory::Voltage voltage;
  std::uint64_t chip = 0;
  int cosim_images = 0;                             ///< of the first images
  std::optional<storage::FaultFilter> faults = {};  ///< that act; default: the workload's
  std::string part = {};                            ///< what `faults` are called, e.g. "conv1"
  /// Whose voltage it is, by its name (default: the weight SRAM's); the others are at the
  /// workload's operating point.
  std::string supply = {};
  std::optional<double> ber_asked = {};  ///< the bit error rate that `voltage` stands for
};

/// One in a process: owns the engine and, from the first co-simulation on, the SystemC machine.
class Evaluator {
 public:
  explicit Evaluator(const Workbench& bench);

  /// Throws std::runtime_error outside the profile or the map, Disagreement (a std::logic_error)
  /// when the executors differ. Fills logits() as a side product.
  PointResult evaluate(const Point& point);
  /// With the chip at hand, which is `point`'s.
  PointResult evaluate(const Point& point, const Chip& chip);
  /// images x classes codes of the last point.
  const std::vector<std::uint8_t>& logits() const { return logits_; }
  /// The same of the other outputs, as in models::EngineResult.
  const std::vector<std::vector<std::uint8_t>>& other_outputs() const { return other_outputs_; }
  /// What executes convolutions.
  std::string convolution_path() const { return engine_.convolution_path(); }

 private:
  models::EngineOptions options() const;
  models::IntegerEngine& single_image_engine();
  models::IntegerEngine& engine_of(storage::InferenceReadback& readback, std::uint64_t inference);
  std::vector<std::uint64_t> run_images(storage::InferenceReadback& readback);
  std::vector<std::uint64_t> run_batches(const models::WeightSet& weights);
  void clear_outputs();
  void add_result(const models::EngineResult& result, std::vector<std::uint64_t>& gated);
  Score score() const;
  void add_damage(PointResult& result) const;
  int cosimulate_images(const Point& point, const storage::WordPath& path,
                        const memory::CellFaults& faults, storage::InferenceReadback& readback);
  bool varies(const storage::InferenceReadback& readback) const {
    return readback.varies() || rails_->varies();
  }
  void compare(const config::OperatingPoint& voltages, PointResult& result);

  /// The network without any fault, on the same images.
  struct Baseline {
    PointResult costs;  ///< at the error-free voltages: what energies are relative to
    Score score;
    std::vector<bool> right;  ///< by image, of a classification
  };
  const Baseline& baseline();
  std::vector<bool> right_images() const;

  const Workbench& bench_;
  models::IntegerEngine engine_;
  /// For chips with intermittent cells, where every image has its own weights.
  std::optional<models::IntegerEngine> single_image_engine_;
  std::optional<Baseline> baseline_;
  std::vector<std::uint8_t> logits_;
  std::vector<std::vector<std::uint8_t>> other_outputs_;
  std::vector<storage::WeightDamage> damage_;  // by layer, summed over inferences that differ
  std::optional<OtherRails> rails_;            // of the point; nothing: error-free
};

}  // namespace brownout::experiment

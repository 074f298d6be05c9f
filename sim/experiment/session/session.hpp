// Everything that one workload can be asked: points, the weights that a chip reads, its plan. What
// commands, workers and tests use.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/engine/integer_engine.hpp"
#include "sim/experiment/results/results.hpp"
#include "sim/experiment/session/fault_state.hpp"
#include "sim/experiment/session/images.hpp"
#include "sim/experiment/session/plan.hpp"
#include "sim/experiment/session/point.hpp"
#include "sim/storage/worst_faults.hpp"

namespace brownout::experiment {

/// Owns the engines, which are made when they are first used. Sessions know nothing of each other,
/// but that all of a process co-simulate on its one SystemC machine.
class Session {
 public:
  /// Throws InputError where network, accelerator and images do not fit each other, naming
  /// the file or key.
  explicit Session(const config::WorkloadConfig& config);
  /// Another one of the same plan and images.
  Session another() const { return {plan_, images_}; }

  const Plan& plan() const { return *plan_; }
  const Images& images() const { return *images_; }
  /// Those of the plan and of the images.
  std::vector<std::string> notes() const;

  /// One operating point of one chip: accuracy by the integer engine, cycles by the closed form,
  /// energy by the table, and the SystemC machine's agreement on the first images. Of the point
  /// alone: whatever ran before. Throws InputError outside a profile or a map, Disagreement
  /// (a std::logic_error) when the executors differ.
  PointResult run(const Point& point);
  /// With the chip at hand, which is the point's: its map files are read once.
  PointResult run(const Point& point, const Chip& chip);
  /// What the workload is judged by, of the network without any fault; of each image of a
  /// classification whether it is right then.
  double reference() { return baseline().score[images_->metric].value().value; }
  const std::vector<bool>& right_without_faults() { return baseline().right; }
  /// The images of a classification on the chip of a point, in `order`: `look` is told which are
  /// right, so many at a time, and ends it by returning true. An image is right whenever it is in
  /// run().
  void answer(const Point& point, std::span<const std::int64_t> order, std::size_t at_a_time,
              const std::function<bool(const std::vector<bool>& right)>& look);
  /// What executes convolutions.
  std::string convolution_path();
  /// `seen` is told of the images that run() has put through the engine since it was told last.
  void watch(std::function<void(std::int64_t images)> seen) { seen_ = std::move(seen); }

 private:
  /// All images through the engine.
  struct Execution {
    NetworkOutputs outputs;
    models::ByNode<std::uint64_t> gated_macs;
    models::ByNode<storage::WeightDamage> damage;  ///< summed over the inferences
  };
  /// The network without any fault, on the same images.
  struct Baseline {
    PointResult costs;  ///< at the error-free voltages: what energies are relative to
    Score score;
    std::vector<bool> right;  ///< by image, of a classification
  };

  Session(std::shared_ptr<const Plan> plan, std::shared_ptr<const Images> images)
      : plan_(std::move(plan)), images_(std::move(images)) {}

  models::IntegerEngine& engine_of_batches();
  models::IntegerEngine& engine_of_images();
  models::IntegerEngine& engine_of(const FaultState& state);
  void add(std::int64_t images, const models::EngineResult& result, Execution& execution) const;
  Execution run_batches(models::IntegerEngine& engine) const;
  Execution execute(FaultState& state);
  std::vector<bool> right_on(FaultState& state, models::IntegerEngine& engine,
                             std::span<const std::int64_t> images) const;
  const Baseline& baseline();
  void compare(const Point& point, PointResult& result);
  int cosimulate_images(int images, FaultState& state);

  std::shared_ptr<const Plan> plan_;
  std::shared_ptr<const Images> images_;
  std::optional<models::IntegerEngine> batches_;
  std::optional<models::IntegerEngine> single_images_;  // where every image has its own faults
  std::optional<Baseline> baseline_;
  std::function<void(std::int64_t)> seen_;
};

/// The weights that the array reads in one inference.
struct ReadWeights {
  MemoryResult memory;                 ///< the weight SRAM
  std::size_t intermittent_cells = 0;  ///< that fail in some inferences only
  storage::WeightReadback readback;
};

/// Throws InputError as Session::run does.
ReadWeights read_weights(const Plan& plan, const Point& point, std::uint64_t inference);

/// The `count` faults of the weight SRAM of `chip`, the point's, that change a weight most. Throws
/// likewise.
std::vector<storage::WeightFault> worst_faults(const Plan& plan, const Chip& chip,
                                               const Point& point, std::size_t count);

}  // namespace brownout::experiment

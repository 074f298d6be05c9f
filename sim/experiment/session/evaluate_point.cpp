#include "sim/experiment/session/evaluate_point.hpp"

#include <algorithm>
#include <utility>

#include "sim/experiment/session/cosimulation.hpp"
#include "sim/experiment/session/point_costs.hpp"

namespace brownout::experiment {

namespace {

double share(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

void add_damage(const storage::WeightDamage& damage, LayerResult& result) {
  result.weights_changed = share(damage.weights_changed, damage.weights);
  result.effective_ber = share(damage.bits_wrong(), damage.bits_fetched);
  result.effective_ber_0to1 = share(damage.zero_to_one, damage.bits_fetched);
  result.effective_ber_1to0 = share(damage.one_to_zero, damage.bits_fetched);
  result.words_touched = share(damage.words_touched, damage.words);
  result.weight_error_mean = share(damage.error_sum, damage.weights);
  result.weight_error_max = damage.error_max;
}

}  // namespace

Evaluator::Evaluator(const Workbench& bench) : bench_(bench), engine_(bench.network, options()) {}

models::EngineOptions Evaluator::options() const {
  const hardware::AcceleratorSpec& spec = bench_.program.spec;
  return {.accumulator_bits = spec.accumulator.bits,
          .overflow = spec.accumulator.overflow,
          .k_part = spec.array.rows};
}

/// Built when a chip with intermittent cells first asks for it.
models::IntegerEngine& Evaluator::single_image_engine() {
  if (!single_image_engine_) {
    models::EngineOptions single = options();
    single.chunk_images = 1;
    single_image_engine_.emplace(bench_.network, single);
  }
  return *single_image_engine_;
}

PointResult Evaluator::evaluate(const Point& point) {
  return evaluate(point, Chip(bench_, point.chip));
}

PointResult Evaluator::evaluate(const Point& point, const Chip& chip) {
  const hardware::Supply& supply = bench_.supply(point.supply);
  config::OperatingPoint voltages = bench_.config.operating_point;
  voltages.set(supply.name, point.voltage);
  const memory::Voltage weight_sram = voltages.voltage(hardware::OnChipMemory::kWeightSram);
  bench_.config.memory.weight_sram().profile->require_covered(weight_sram);
  const memory::CellFaults faults = chip.weight_sram().faults_at(weight_sram);
  const std::uint64_t seed = memory::inference_seed(bench_.config.run.seed, point.chip);
  baseline();  // before the engine takes this point's faults
  const storage::WordPath path = bench_.word_path(point.faults.value_or(bench_.faults));
  storage::InferenceReadback readback(bench_.stored_weights(), path, faults, seed);
  rails_.emplace(bench_, chip, voltages);

  PointResult result;
  result.chip = point.chip;
  result.ber_asked = point.ber_asked;
  result.supply = supply;
  result.memories = rails_->results();
  result.memories.insert(result.memories.begin(),
                         {hardware::OnChipMemory::kWeightSram, weight_sram, bench_.unit(),
                          faults.bit_error_rate(), chip.weight_sram().geometry().cells()});
  result.intermittent_cells = faults.intermittent.size();
  add_costs(bench_, voltages, run_images(readback), result);
  add_damage(result);
  result.images = bench_.images();
  result.score = score();
  compare(voltages, result);
  result.cosim_images = cosimulate_images(point, path, faults, readback);
  return result;
}

/// With the network without any fault.
void Evaluator::compare(const config::OperatingPoint& voltages, PointResult& result) {
  const Baseline& clean = baseline();
  result.reference = clean.score[bench_.metric()].value().value;
  if (!clean.right.empty()) result.paired = paired_counts(clean.right, right_images());
  result.energy_rel = result.energy.total() / clean.costs.energy.total();
  result.weight_sram_energy_rel = result.energy.weight_sram() / clean.costs.energy.weight_sram();
  if (!voltages.any_joined()) return;
  const double joules = supply_joules(bench_, voltages, result.supply, result);
  const config::OperatingPoint error_free = config::error_free(voltages, bench_.config.memory);
  result.supply_energy = {joules,
                          joules / supply_joules(bench_, error_free, result.supply, clean.costs)};
}

/// What the faults did to the weights: a mean over the inferences.
void Evaluator::add_damage(PointResult& result) const {
  result.effective_ber = storage::effective_ber(damage_);
  result.weights_changed = storage::weights_changed(damage_);
  for (std::size_t i = 0; i < damage_.size(); ++i) {
    if (damage_[i].weights != 0) experiment::add_damage(damage_[i], result.layers[i]);
  }
}

/// Runs the first images on the SystemC machine too; returns how many.
int Evaluator::cosimulate_images(const Point& point, const storage::WordPath& path,
                                 const memory::CellFaults& faults,
                                 storage::InferenceReadback& readback) {
  const int images = static_cast<int>(std::min<std::int64_t>(point.cosim_images, bench_.images()));
  const std::uint64_t seed = memory::inference_seed(bench_.config.run.seed, point.chip);
  memory::WordMasks masks;
  for (int image = 0; image < images; ++image) {
    const auto inference = static_cast<std::uint64_t>(image);
    if (image == 0 || readback.varies()) {
      masks = memory::word_masks(path.organisation(),
                                 memory::masks_of_inference(faults, seed, inference));
    }
    const auto input = bench_.image_codes(image, 1);
    const models::EngineResult expected = engine_of(readback, inference).run(input, true);
    const auto activations = rails_->word_masks(hardware::OnChipMemory::kActivationSram);
    const auto accumulators = rails_->word_masks(hardware::OnChipMemory::kAccumulator);
    cosimulate(process_simulator(),
               {.network = bench_.network,
                .stored = bench_.stored_weights(),
                .path = path,
                .masks = masks,
                .input = input,
                .activation_masks = activations ? &*activations : nullptr,
                .accumulator_masks = accumulators ? &*accumulators : nullptr},
               {.network = bench_.network,
                .program = bench_.program,
                .readback = readback.current(),
                .times = bench_.times,
                .counts = bench_.counts,
                .layer_outputs = expected.layer_outputs,
                .gated_macs = expected.gated_macs,
                .tensor_masks = rails_->tensor_masks()});
  }
  return images;
}

/// The engine with the faults of one inference, which the read-back moves to. Without intermittent
/// cells all inferences share what run_images set.
models::IntegerEngine& Evaluator::engine_of(storage::InferenceReadback& readback,
                                            std::uint64_t inference) {
  if (!varies(readback)) return engine_;
  models::IntegerEngine& engine = single_image_engine();
  if (readback.varies()) {
    readback.move_to(inference);
    for (const std::size_t node : readback.changed_nodes()) {
      engine.set_weights(node, readback.current().weights[node]);
    }
  }
  if (rails_->varies()) {
    rails_->move_to(inference);
    rails_->give_to(engine);
  }
  return engine;
}

/// Runs all images; keeps the logits and the damage, returns the gated MACs by node.
std::vector<std::uint64_t> Evaluator::run_images(storage::InferenceReadback& readback) {
  if (!varies(readback)) {
    damage_ = readback.current().layers;
    return run_batches(readback.current().weights);
  }
  clear_outputs();
  damage_.assign(bench_.program.layers.size(), {});
  std::vector<std::uint64_t> gated(bench_.network.nodes.size(), 0);
  single_image_engine().set_weights(readback.current().weights);
  rails_->give_to(single_image_engine());
  for (std::int64_t image = 0; image < bench_.images(); ++image) {
    add_result(
        engine_of(readback, static_cast<std::uint64_t>(image)).run(bench_.image_codes(image, 1)),
        gated);
    for (std::size_t i = 0; i < damage_.size(); ++i) damage_[i] += readback.current().layers[i];
  }
  return gated;
}

void Evaluator::clear_outputs() {
  logits_.clear();
  other_outputs_.assign(bench_.network.output_tensors().size() - 1, {});
}

void Evaluator::add_result(const models::EngineResult& result, std::vector<std::uint64_t>& gated) {
  logits_.insert(logits_.end(), result.logits.begin(), result.logits.end());
  for (std::size_t i = 0; i < other_outputs_.size(); ++i) {
    const std::vector<std::uint8_t>& codes = result.other_outputs[i];
    other_outputs_[i].insert(other_outputs_[i].end(), codes.begin(), codes.end());
  }
  for (std::size_t i = 0; i < gated.size(); ++i) gated[i] += result.gated_macs[i];
}

/// Runs all images with the same weights.
std::vector<std::uint64_t> Evaluator::run_batches(const models::WeightSet& weights) {
  engine_.set_weights(weights);
  if (rails_) {
    rails_->give_to(engine_);
  } else {
    OtherRails::take_from(engine_);
  }
  clear_outputs();
  std::vector<std::uint64_t> gated(bench_.network.nodes.size(), 0);
  const std::int64_t batch = bench_.config.run.batch;
  for (std::int64_t first = 0; first < bench_.images(); first += batch) {
    const std::int64_t count = std::min(batch, bench_.images() - first);
    add_result(engine_.run(bench_.image_codes(first, count)), gated);
  }
  return gated;
}

/// Of the last images that ran.
Score Evaluator::score() const {
  if (bench_.config.task == config::Task::kReconstruction) {
    return reconstruction_score(logits_, bench_.network.tensor(bench_.network.output),
                                bench_.inputs, bench_.anomalous);
  }
  return classification_score(logits_, bench_.labels);
}

/// Of the last images that ran.
std::vector<bool> Evaluator::right_images() const {
  if (bench_.config.task == config::Task::kReconstruction) return {};
  return right_predictions(logits_, bench_.labels);
}

const Evaluator::Baseline& Evaluator::baseline() {
  if (!baseline_) {
    PointResult clean;
    rails_.reset();
    add_costs(bench_, config::error_free(bench_.config.operating_point, bench_.config.memory),
              run_batches(bench_.weights), clean);
    baseline_ = {std::move(clean), score(), right_images()};
  }
  return *baseline_;
}

}  // namespace brownout::experiment

#include "sim/experiment/session/session.hpp"

#include <algorithm>
#include <utility>

#include "memory/base/arithmetic.hpp"
#include "sim/experiment/results/point_columns.hpp"
#include "sim/experiment/session/cosimulation.hpp"
#include "sim/experiment/session/engine_options.hpp"
#include "sim/experiment/session/guards.hpp"
#include "sim/experiment/session/point_costs.hpp"

namespace brownout::experiment {
namespace {

/// `damage` is that of so many inferences.
MitigatedWeights mitigated(const storage::WeightDamage& damage, std::uint64_t inferences) {
  const storage::CodewordCounts& codewords = damage.codewords;
  return {.residual_ber = share(damage.bits_residual, damage.bits_fetched),
          .corrected = share(codewords.corrected, damage.codewords_fetched),
          .uncorrectable = share(codewords.uncorrectable, damage.codewords_fetched),
          .miscorrected = share(codewords.miscorrected, damage.codewords_fetched),
          .refetched = (codewords.refetched + inferences / 2) / inferences};
}

void add_damage(const storage::WeightDamage& damage, std::uint64_t inferences,
                LayerResult& result) {
  result.weights_changed = share(damage.weights_changed, damage.weights);
  result.effective_ber = share(damage.bits_wrong(), damage.bits_fetched);
  result.effective_ber_0to1 = share(damage.zero_to_one, damage.bits_fetched);
  result.effective_ber_1to0 = share(damage.one_to_zero, damage.bits_fetched);
  result.words_touched = share(damage.words_touched, damage.words);
  result.weight_error_mean = share(damage.error_sum, damage.weights);
  result.weight_error_max = damage.error_max;
  result.mitigated = mitigated(damage, inferences);
}

/// What the faults did to the weights: a mean over the inferences.
void add_damage(const models::ByNode<storage::WeightDamage>& layers, std::uint64_t inferences,
                PointResult& result) {
  result.effective_ber = storage::effective_ber(layers);
  result.weights_changed = storage::weights_changed(layers);
  result.mitigated = mitigated(storage::sum_of(layers), inferences);
  for (const models::NodeIndex i : layers.indices()) {
    if (layers[i].weights != 0) add_damage(layers[i], inferences, result.layers[i.value]);
  }
}

/// Of the inference at hand.
ClosedForm form_of(const Plan& plan, const FaultState& state) {
  const timing::RefetchedWords& refetched = state.weights().refetched;
  return refetched.empty() ? plan.clean : plan.closed_form(refetched);
}

/// Of inferences 0 to `inferences` - 1.
RunForm run_form(const Plan& plan, FaultState& state, std::int64_t inferences) {
  RunForm run;
  state.move_to(0);
  if (!state.varies() || !state.path().scheme().refetches()) {
    run.add(plan, form_of(plan, state), inferences);
    return run;
  }
  for (std::int64_t inference = 0; inference < inferences; ++inference) {
    state.move_to(static_cast<std::uint64_t>(inference));
    run.add(plan, form_of(plan, state), 1);
  }
  return run;
}

/// The machine on one image, through the faults of `state`, against the engine's `expected`.
void cosimulate_image(const Plan& plan, const ClosedForm& form, const FaultState& state,
                      std::span<const std::uint8_t> input, const models::EngineResult& expected) {
  using hardware::OnChipMemory;
  const auto weights = state.weight_masks();
  const auto activations = state.word_masks(OnChipMemory::kActivationSram);
  const auto accumulators = state.word_masks(OnChipMemory::kAccumulator);
  cosimulate(process_simulator(),
             {.network = plan.network,
              .stored = state.stored_weights(),
              .path = state.path(),
              .masks = weights,
              .input = input,
              .activation_masks = activations ? &*activations : nullptr,
              .accumulator_masks = accumulators ? &*accumulators : nullptr},
             {.network = plan.network,
              .program = plan.program,
              .readback = state.weights(),
              .times = form.times,
              .counts = form.counts,
              .layer_outputs = expected.layer_outputs,
              .gated_macs = expected.gated_macs,
              .tensor_masks = state.tensor_masks()});
}

Plan make_guarded_plan(const config::WorkloadConfig& config) {
  Plan plan = make_plan(config);
  clamp_activations(plan);
  return plan;
}

}  // namespace

Session::Session(const config::WorkloadConfig& config)
    : plan_(std::make_shared<const Plan>(make_guarded_plan(config))),
      images_(std::make_shared<const Images>(load_images(*plan_))) {}

std::vector<std::string> Session::notes() const {
  std::vector<std::string> notes = plan_->notes;
  notes.insert(notes.end(), images_->notes.begin(), images_->notes.end());
  return notes;
}

models::IntegerEngine& Session::engine_of_batches() {
  if (!batches_) batches_.emplace(plan_->network, engine_options(plan_->program));
  return *batches_;
}

models::IntegerEngine& Session::engine_of_images() {
  if (!single_images_) {
    models::EngineOptions options = engine_options(plan_->program);
    options.chunk_images = 1;
    single_images_.emplace(plan_->network, options);
  }
  return *single_images_;
}

/// Loaded with inference 0.
models::IntegerEngine& Session::engine_of(const FaultState& state) {
  models::IntegerEngine& engine = state.varies() ? engine_of_images() : engine_of_batches();
  state.load(engine);
  return engine;
}

std::string Session::convolution_path() { return engine_of_batches().convolution_path(); }

PointResult Session::run(const Point& point) { return run(point, Chip(*plan_, point.chip)); }

PointResult Session::run(const Point& point, const Chip& chip) {
  FaultState state(*plan_, chip, point);
  Execution execution = execute(state);
  PointResult result;
  result.columns = columns_of(plan_->config);
  result.supply = plan_->supply(point.supply);
  result.memories = state.memories();
  result.chip = point.chip;
  result.ber_asked = point.ber_asked;
  result.intermittent_cells = state.intermittent_cells();
  result.repair = chip.repair_at(result.memories.front().voltage);
  result.images = images_->count;
  const RunForm run = run_form(*plan_, state, images_->count);
  const config::OperatingPoint voltages = voltages_at(*plan_, point);
  add_costs(*plan_, run, voltages, execution.gated_macs, result);
  result.mitigation_joules = mitigation_joules(*plan_, run, voltages, result);
  add_damage(execution.damage, state.varies() ? static_cast<std::uint64_t>(images_->count) : 1,
             result);
  result.score = score_of(*plan_, *images_, execution.outputs.logits);
  result.outputs = std::move(execution.outputs);
  compare(point, result);
  result.cosim_images = cosimulate_images(point.cosim_images, state);
  return result;
}

/// Of an engine that is loaded; nothing of the weights.
Session::Execution Session::run_batches(models::IntegerEngine& engine) const {
  Execution execution;
  const std::int64_t batch = plan_->config.run.batch;
  for (std::int64_t first = 0; first < images_->count; first += batch) {
    const std::int64_t count = std::min(batch, images_->count - first);
    add(count, engine.run(images_->codes_of(first, count)), execution);
  }
  return execution;
}

Session::Execution Session::execute(FaultState& state) {
  models::IntegerEngine& engine = engine_of(state);
  if (!state.varies()) {
    Execution execution = run_batches(engine);
    execution.damage = state.weights().layers;
    return execution;
  }
  Execution execution;
  execution.damage.resize(state.weights().layers.size());
  for (std::int64_t image = 0; image < images_->count; ++image) {
    state.move_to(static_cast<std::uint64_t>(image));
    state.update(engine);
    add(1, engine.run(images_->codes_of(image, 1)), execution);
    for (const models::NodeIndex i : execution.damage.indices()) {
      execution.damage[i] += state.weights().layers[i];
    }
  }
  return execution;
}

void Session::add(std::int64_t images, const models::EngineResult& result,
                  Execution& execution) const {
  NetworkOutputs& outputs = execution.outputs;
  outputs.logits.insert(outputs.logits.end(), result.logits.begin(), result.logits.end());
  outputs.others.resize(result.other_outputs.size());
  for (std::size_t i = 0; i < outputs.others.size(); ++i) {
    const std::vector<std::uint8_t>& codes = result.other_outputs[i];
    outputs.others[i].insert(outputs.others[i].end(), codes.begin(), codes.end());
  }
  execution.gated_macs.resize(result.gated_macs.size());
  for (const models::NodeIndex i : execution.gated_macs.indices()) {
    execution.gated_macs[i] += result.gated_macs[i];
  }
  if (seen_) seen_(images);
}

const Session::Baseline& Session::baseline() {
  if (baseline_) return *baseline_;
  models::IntegerEngine& engine = engine_of_batches();
  engine.set_weights(plan_->weights);
  engine.set_tensor_masks({});
  engine.set_sum_masks({});
  const Execution clean = run_batches(engine);
  PointResult costs;
  costs.images = images_->count;
  const config::WorkloadConfig& config = plan_->config;
  RunForm run;
  run.add(*plan_, plan_->clean, images_->count);
  add_costs(*plan_, run, config::error_free(config.operating_point, config.memory),
            clean.gated_macs, costs);
  const std::vector<std::uint8_t>& logits = clean.outputs.logits;
  baseline_ = {std::move(costs), score_of(*plan_, *images_, logits),
               right_images(*images_, logits)};
  return *baseline_;
}

/// With the network without any fault.
void Session::compare(const Point& point, PointResult& result) {
  const Baseline& clean = baseline();
  const RailJoules& energy = clean.costs.energy;
  result.reference = clean.score[images_->metric].value().value;
  if (!clean.right.empty()) {
    result.paired = paired_counts(clean.right, right_images(*images_, result.outputs.logits));
  }
  result.energy_rel = result.energy.total() / energy.total();
  result.weight_sram_energy_rel = result.energy.weight_sram() / energy.weight_sram();
  result.error_free_energy = energy;
  const config::OperatingPoint voltages = voltages_at(*plan_, point);
  if (!voltages.any_joined()) return;
  const config::OperatingPoint error_free = config::error_free(voltages, plan_->config.memory);
  const double joules = supply_joules(*plan_, voltages, result.supply, result);
  result.supply_energy = {joules,
                          joules / supply_joules(*plan_, error_free, result.supply, clean.costs)};
}

/// Runs the first images on the SystemC machine too; returns how many.
int Session::cosimulate_images(int images, FaultState& state) {
  images = static_cast<int>(std::min<std::int64_t>(images, images_->count));
  if (images == 0) return 0;
  state.move_to(0);
  models::IntegerEngine& engine = engine_of(state);
  ClosedForm form = form_of(*plan_, state);
  for (int image = 0; image < images; ++image) {
    if (state.varies()) {
      state.move_to(static_cast<std::uint64_t>(image));
      state.update(engine);
      form = form_of(*plan_, state);
    }
    const auto input = images_->codes_of(image, 1);
    cosimulate_image(*plan_, form, state, input, engine.run(input, true));
  }
  return images;
}

ReadWeights read_weights(const Plan& plan, const Point& point, std::uint64_t inference) {
  FaultState state(plan, Chip(plan, point.chip), point);
  state.move_to(inference);
  return {.memory = state.memories().front(),
          .intermittent_cells = state.intermittent_cells(),
          .readback = state.weights()};
}

std::vector<storage::WeightFault> worst_faults(const Plan& plan, const Chip& chip,
                                               const Point& point, std::size_t count) {
  const storage::WordPath path = plan.word_path(acting_faults(plan, point));
  const StoredOnChip stored = stored_on(plan, chip, point, path);
  return storage::worst_faults(plan.network, plan.stored_weights(stored), path,
                               weight_faults(plan, chip, point), count);
}

}  // namespace brownout::experiment

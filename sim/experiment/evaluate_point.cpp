#include "sim/experiment/evaluate_point.hpp"

#include <algorithm>
#include <span>

#include "sim/experiment/cosimulation.hpp"
#include "sim/experiment/point_costs.hpp"

namespace brownout::experiment {

namespace {

/// Index of the greatest code; the first of equal ones, as in NumPy's argmax.
std::size_t argmax(std::span<const std::uint8_t> codes) {
  return static_cast<std::size_t>(std::max_element(codes.begin(), codes.end()) - codes.begin());
}

}  // namespace

Evaluator::Evaluator(const Workbench& bench)
    : bench_(bench),
      engine_(bench.network, {.accumulator_bits = bench.program.spec.accumulator.bits}) {}

PointResult Evaluator::evaluate(const Point& point) {
  const std::unique_ptr<memory::FaultMap> chip = make_chip(bench_, point.chip);
  bench_.config.memory.profile->require_covered(point.voltage);
  const memory::CellMasks cells = chip->masks_at(point.voltage);
  const RailJoules reference = baseline();  // before the engine takes this point's weights
  readback_ =
      schedule::read_back(bench_.program, bench_.weights, cells, bench_.config.memory.encoding,
                          point.faults.value_or(bench_.faults));

  PointResult result;
  result.voltage = point.voltage;
  result.unit = bench_.unit();
  result.chip = point.chip;
  result.ber = static_cast<double>(cells.count()) / static_cast<double>(cells.geometry().cells());
  result.effective_ber = readback_.effective_ber();
  result.weights_changed = readback_.weights_changed();
  add_costs(bench_, point.voltage, run_images(readback_.weights), result);
  add_damage(result);
  score(result);
  result.energy_rel = result.energy.total() / reference.total();
  result.weight_sram_energy_rel = result.energy.weight_sram / reference.weight_sram;
  result.cosim_images = cosimulate_images(point, cells);
  return result;
}

/// What the faults did to each layer's weights.
void Evaluator::add_damage(PointResult& result) const {
  for (std::size_t i = 0; i < readback_.layers.size(); ++i) {
    const schedule::LayerReadback& layer = readback_.layers[i];
    if (layer.weights == 0) continue;
    result.layers[i].weights_changed =
        static_cast<double>(layer.weights_changed) / static_cast<double>(layer.weights);
    result.layers[i].effective_ber =
        static_cast<double>(layer.bits_wrong) / static_cast<double>(layer.bits_fetched);
  }
}

/// Runs the first images on the SystemC machine too; returns how many.
int Evaluator::cosimulate_images(const Point& point, const memory::CellMasks& cells) {
  const int images = static_cast<int>(std::min<std::int64_t>(point.cosim_images, bench_.images()));
  if (images == 0) return 0;
  const auto masks = memory::word_masks(bench_.program.spec.weight_sram.organisation(), cells);
  for (int image = 0; image < images; ++image) {
    const auto input = bench_.image_codes(image, 1);
    const models::EngineResult expected = engine_.run(input, true);
    cosimulate(process_simulator(),
               {.network = bench_.network,
                .program = bench_.program,
                .weights = bench_.weights,
                .encoding = bench_.config.memory.encoding,
                .masks = masks,
                .input = input,
                .filter = point.faults.value_or(bench_.faults)},
               {bench_.network, bench_.program, readback_, bench_.times, bench_.counts,
                expected.layer_outputs, expected.gated_macs});
  }
  return images;
}

/// Runs all images; keeps the logits, returns the gated MACs by node.
std::vector<std::uint64_t> Evaluator::run_images(const models::WeightSet& weights) {
  engine_.set_weights(weights);
  logits_.clear();
  std::vector<std::uint64_t> gated(bench_.network.nodes.size(), 0);
  const std::int64_t batch = bench_.config.run.batch;
  for (std::int64_t first = 0; first < bench_.images(); first += batch) {
    const std::int64_t count = std::min(batch, bench_.images() - first);
    const models::EngineResult result = engine_.run(bench_.image_codes(first, count));
    logits_.insert(logits_.end(), result.logits.begin(), result.logits.end());
    for (std::size_t i = 0; i < gated.size(); ++i) gated[i] += result.gated_macs[i];
  }
  return gated;
}

/// Share of images whose greatest logit is the label's, with its interval.
void Evaluator::score(PointResult& result) const {
  const auto images = static_cast<std::size_t>(bench_.images());
  const std::size_t classes = logits_.size() / images;
  std::int64_t correct = 0;
  for (std::size_t i = 0; i < images; ++i) {
    correct += argmax(std::span(logits_).subspan(i * classes, classes)) == bench_.labels[i] ? 1 : 0;
  }
  result.images = bench_.images();
  result.top1 = static_cast<double>(correct) / static_cast<double>(images);
  const Interval interval = wilson_interval(correct, bench_.images());
  result.top1_ci_low = interval.low;
  result.top1_ci_high = interval.high;
}

const RailJoules& Evaluator::baseline() {
  if (!baseline_) {
    PointResult clean;
    add_costs(bench_, bench_.error_free_voltage(), run_images(bench_.weights), clean);
    baseline_ = clean.energy;
  }
  return *baseline_;
}

}  // namespace brownout::experiment

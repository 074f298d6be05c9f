#include "sim/experiment/evaluate_point.hpp"

#include <algorithm>
#include <stdexcept>

#include "sim/energy/energy_report.hpp"
#include "sim/experiment/cosimulation.hpp"

namespace brownout::experiment {

using machine::EventCounts;

/// The same workload at the error-free voltage: what relative energies are relative to.
struct Evaluator::Baseline {
  RailJoules energy;
};

namespace {

/// Index of the greatest code; the first of equal ones, as in NumPy's argmax.
std::size_t argmax(std::span<const std::uint8_t> codes) {
  return static_cast<std::size_t>(std::max_element(codes.begin(), codes.end()) - codes.begin());
}

std::string kind_of(const models::Node& node) {
  if (const auto* convolution = std::get_if<models::Convolution>(&node)) {
    return convolution->fully_connected ? "fully_connected" : "conv";
  }
  if (const auto* pooling = std::get_if<models::Pooling>(&node)) {
    switch (pooling->kind) {
      case models::PoolKind::kMax:
        return "max_pool";
      case models::PoolKind::kAverage:
        return "average_pool";
      case models::PoolKind::kGlobalAverage:
        return "global_average_pool";
    }
  }
  return "add";
}

/// Counts of a whole run: integers until the last moment, so that no order of images matters.
EventCounts times_images(const EventCounts& counts, std::uint64_t images) {
  EventCounts result = counts;
  for (std::uint64_t& count : result.counts) count *= images;
  return result;
}

RailJoules per_inference(const energy::EnergyBreakdown& energy, std::int64_t images) {
  const auto n = static_cast<double>(images);
  return {energy.joules(energy::Rail::kLogic) / n, energy.joules(energy::Rail::kWeightSram) / n,
          energy.joules(energy::Rail::kActivationSram) / n, energy.joules(energy::Rail::kDram) / n};
}

}  // namespace

Evaluator::Evaluator(const Workbench& bench)
    : bench_(bench),
      engine_(bench.network, {.accumulator_bits = bench.program.spec.accumulator.bits}) {}

Evaluator::~Evaluator() = default;

PointResult Evaluator::evaluate(const Point& point) {
  const std::unique_ptr<memory::FaultMap> chip = make_chip(bench_, point.chip);
  bench_.config.memory.profile->require_covered(point.voltage);
  const memory::CellMasks cells = chip->masks_at(point.voltage);
  const memory::Encoding encoding = bench_.config.memory.encoding;
  const Baseline& reference = baseline();  // before the engine takes this point's weights
  readback_ = schedule::read_back(bench_.program, bench_.weights, cells, encoding);
  const std::vector<std::uint64_t> gated = run_images(readback_.weights);

  PointResult result = price(point.voltage, gated);
  result.chip = point.chip;
  result.ber = static_cast<double>(cells.count()) / static_cast<double>(cells.geometry().cells());
  result.effective_ber = readback_.effective_ber();
  result.weights_changed = readback_.weights_changed();
  for (std::size_t i = 0; i < readback_.layers.size(); ++i) {
    const schedule::LayerReadback& layer = readback_.layers[i];
    if (layer.weights == 0) continue;
    result.layers[i].weights_changed =
        static_cast<double>(layer.weights_changed) / static_cast<double>(layer.weights);
    result.layers[i].effective_ber =
        static_cast<double>(layer.bits_wrong) / static_cast<double>(layer.bits_fetched);
  }
  result.energy_rel = result.energy.total() / reference.energy.total();
  result.weight_sram_energy_rel = result.energy.weight_sram / reference.energy.weight_sram;

  const auto masks = memory::word_masks(bench_.program.spec.weight_sram.organisation(), cells);
  const int cosim_images =
      static_cast<int>(std::min<std::int64_t>(point.cosim_images, bench_.images()));
  for (int image = 0; image < cosim_images; ++image) {
    const auto input = bench_.image_codes(image, 1);
    const models::EngineResult expected = engine_.run(input, true);
    cosimulate(process_simulator(),
               {bench_.network, bench_.program, bench_.weights, encoding, masks, input},
               {bench_.network, bench_.program, readback_, bench_.times, bench_.counts,
                expected.layer_outputs, expected.gated_macs});
  }
  result.cosim_images = cosim_images;
  return result;
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

/// Accuracy, cycles and energy; what depends on the faults' number is filled in by evaluate().
PointResult Evaluator::price(memory::Voltage voltage,
                             const std::vector<std::uint64_t>& gated_macs) const {
  const schedule::TileProgram& program = bench_.program;
  const machine::AcceleratorSpec& spec = program.spec;
  const auto images = static_cast<std::uint64_t>(bench_.images());
  const energy::RailFactors factors =
      energy::rail_factors(bench_.config.energy_table, *bench_.config.memory.profile, voltage,
                           bench_.config.operating_point.logic_volts);
  const auto joules = [&](const EventCounts& counts, machine::Cycle cycles) {
    const double seconds =
        static_cast<double>(cycles) * static_cast<double>(images) / spec.clock_hz;
    return per_inference(
        energy::energy_of(bench_.config.energy_table, spec, counts, seconds, factors),
        bench_.images());
  };

  PointResult result;
  result.voltage = voltage;
  result.unit = bench_.unit();
  for (std::size_t i = 0; i < program.layers.size(); ++i) {
    const schedule::Layer& layer = program.layers[i];
    const models::Node& node = bench_.network.nodes[static_cast<std::size_t>(layer.node)];
    LayerResult row;
    row.name = models::node_name(node);
    row.kind = kind_of(node);
    EventCounts counts = times_images(bench_.counts.layers[i], images);
    if (layer.matrix) {
      row.m = layer.gemm.m;
      row.n = layer.gemm.n;
      row.k = layer.gemm.k;
      row.macs = layer.gemm.macs();
      row.weights = bench_.weights[i].size();
      counts[machine::Event::kMacGated] = gated_macs[i];
      counts[machine::Event::kMacActive] =
          static_cast<std::uint64_t>(row.macs) * images - gated_macs[i];
    }
    const machine::LayerTimes& times = bench_.times.layers[i];
    const auto folds = std::span(bench_.times.folds)
                           .subspan(static_cast<std::size_t>(layer.first_fold),
                                    static_cast<std::size_t>(layer.fold_count));
    row.cycles = machine::break_down(times, folds, spec.array.rows, spec.weight_prefetch);
    if (row.cycles.total() > 0) {
      row.utilization = static_cast<double>(row.macs) / (static_cast<double>(row.cycles.total()) *
                                                         spec.array.rows * spec.array.columns);
    }
    row.energy = joules(counts, row.cycles.total());
    result.layers.push_back(row);
  }
  LayerResult transfers;
  transfers.name = "input and output";
  transfers.kind = "transfer";
  const machine::Cycle layers_end =
      bench_.times.layers.empty() ? bench_.times.input_ready : bench_.times.layers.back().end;
  transfers.cycles.dram = bench_.times.input_ready + (bench_.times.total - layers_end);
  transfers.energy = joules(times_images(bench_.counts.transfers, images), transfers.cycles.dram);
  result.layers.push_back(transfers);

  for (const LayerResult& layer : result.layers) {
    result.energy += layer.energy;
    result.cycles += layer.cycles.total();
    result.stall_cycles += layer.cycles.stalls();
  }
  if (result.cycles != bench_.times.total) throw std::logic_error("layer cycles do not add up");
  result.latency_s = static_cast<double>(result.cycles) / spec.clock_hz;

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
  return result;
}

const Evaluator::Baseline& Evaluator::baseline() {
  if (!baseline_) {
    const std::vector<std::uint64_t> gated = run_images(bench_.weights);
    baseline_ =
        std::make_unique<Baseline>(Baseline{price(bench_.error_free_voltage(), gated).energy});
  }
  return *baseline_;
}

}  // namespace brownout::experiment

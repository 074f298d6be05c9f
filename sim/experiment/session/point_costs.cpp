#include "sim/experiment/session/point_costs.hpp"

#include <span>
#include <stdexcept>

namespace brownout::experiment {

using hardware::EventCounts;
using hardware::OnChipMemory;

namespace {

/// Prices counts of all images at one operating point.
class Pricer {
 public:
  Pricer(const Plan& plan, const config::OperatingPoint& voltages, std::int64_t images)
      : plan_(plan),
        images_(images),
        clock_hz_(clock_hz(plan, voltages)),
        factors_{.logic = energy::logic_factor(plan.config.energy_table, voltages.logic_volts)} {
    for (const auto& [which, memory] : plan.config.memory.memories) {
      factors_.memories[which] = energy::memory_factor(*memory.profile, voltages.voltage(which));
    }
    find_factors(voltages.voltage(OnChipMemory::kWeightSram));
  }

  /// Joules per inference. `run_counts` and the time are those of all images: integers until the
  /// last moment, so that no order of images matters.
  RailJoules joules(const EventCounts& run_counts, hardware::Cycle run_cycles) const {
    const auto images = static_cast<double>(images_);
    const energy::EnergyBreakdown energy = energy::energy_of(
        plan_.config.energy_table, plan_.program.spec, run_counts, seconds(run_cycles), factors_);
    RailJoules joules;
    for (std::size_t i = 0; i < energy::kRailCount; ++i) {
      joules.values[i] = energy.joules(static_cast<energy::Rail>(i)) / images;
    }
    return joules;
  }

  /// The products of that sum, with the amounts of one inference.
  std::vector<energy::EnergyTerm> terms(const EventCounts& run_counts,
                                        hardware::Cycle cycles_per_inference) const {
    return terms(plan_.program.spec, run_counts, cycles_per_inference);
  }
  /// On another accelerator.
  std::vector<energy::EnergyTerm> terms(const hardware::AcceleratorSpec& spec,
                                        const EventCounts& run_counts,
                                        hardware::Cycle cycles_per_inference) const {
    std::vector<energy::EnergyTerm> terms =
        energy::energy_terms(plan_.config.energy_table, spec, run_counts,
                             seconds(cycles_per_inference * images_), factors_);
    for (energy::EnergyTerm& term : terms) {
      term.amount = term.is_leakage ? static_cast<double>(cycles_per_inference) / clock_hz_
                                    : term.amount / static_cast<double>(images_);
    }
    return terms;
  }

  /// What layers take beyond what they would if all banks were read at the supply's voltage, per
  /// inference: boosted reads, and reads and leakage of banks on a supply of their own. Terms that
  /// come to nothing are left out. `layers`: with the counts of all images.
  std::vector<energy::EnergyTerm> other_voltages(const std::vector<LayerResult>& layers,
                                                 hardware::Cycle cycles) const {
    energy::EnergyTerm boost = read_term("weight_sram_boost");
    energy::EnergyTerm banks = read_term("weight_sram_banks");
    for (const models::NodeIndex node : plan_.network.nodes.indices()) {
      const double reads = reads_of(layers[node.value].counts);
      add(reads, boost_.of(node), boost);
      add(reads, banks_.of(node), banks);
    }
    std::vector<energy::EnergyTerm> terms;
    for (energy::EnergyTerm* term : {&boost, &banks}) {
      if (term->amount == 0) continue;
      term->factor /= term->amount;
      terms.push_back(*term);
    }
    if (plan_.config.memory.bank_supply) {
      terms.push_back(bank_leakage(static_cast<double>(cycles)));
    }
    return terms;
  }
  /// The same of one layer, in joules.
  double other_voltages(models::NodeIndex node, const EventCounts& run_counts) const {
    return reads_of(run_counts) * read_price() * (boost_.of(node) + banks_.of(node));
  }
  /// Of that what leaks.
  double bank_leakage_joules(hardware::Cycle run_cycles) const {
    if (!plan_.config.memory.bank_supply) return 0;
    return bank_leakage(static_cast<double>(run_cycles) / static_cast<double>(images_)).joules();
  }
  energy::Rail weight_rail() const {
    return plan_.config.energy_table.price(hardware::Event::kWeightSramRead).provenance.rail;
  }

  std::int64_t images() const { return images_; }

 private:
  double read_price() const {
    return plan_.config.energy_table.joules(hardware::Event::kWeightSramRead, plan_.program.spec);
  }
  double reads_of(const EventCounts& run_counts) const {
    return static_cast<double>(run_counts[hardware::Event::kWeightSramRead]) /
           static_cast<double>(images_);
  }
  /// Of no read yet.
  energy::EnergyTerm read_term(const char* name) const {
    const auto event = hardware::Event::kWeightSramRead;
    return {.name = name,
            .provenance = &plan_.config.energy_table.price(event).provenance,
            .memory = OnChipMemory::kWeightSram,
            .is_leakage = false,
            .amount = 0,
            .price = read_price(),
            .factor = 0};
  }
  static void add(double reads, double factor, energy::EnergyTerm& term) {
    if (factor == 0) return;
    term.amount += reads;
    term.factor += reads * factor;
  }
  /// `cycles`: of an inference.
  energy::EnergyTerm bank_leakage(double cycles) const {
    const config::BankSupply& supply = *plan_.config.memory.bank_supply;
    const energy::EnergyTable& table = plan_.config.energy_table;
    const hardware::AcceleratorSpec& spec = plan_.program.spec;
    const double share = static_cast<double>(supply.banks) / spec.weight_sram.banks;
    return {.name = "leakage.weight_sram_banks",
            .provenance = &table.price(energy::Leaker::kWeightSram).provenance,
            .memory = OnChipMemory::kWeightSram,
            .is_leakage = true,
            .amount = cycles / clock_hz_,
            .price = table.watts(energy::Leaker::kWeightSram, spec) * share,
            .factor = weight_factor(supply.voltage).leakage -
                      factors_.memories[OnChipMemory::kWeightSram]->leakage};
  }
  energy::SupplyFactor weight_factor(memory::Voltage voltage) const {
    return energy::memory_factor(*plan_.config.memory.weight_sram().profile, voltage);
  }
  /// Of reads: beyond those of their banks, and of these beyond those of the supply; 0 where they
  /// are at one voltage.
  void find_factors(memory::Voltage supply) {
    boost_ = plan_.reads.each([&](const ReadVoltage& voltage) -> double {
      const memory::Voltage banks = voltage.banks(supply), reads = voltage.reads(supply);
      if (reads == banks) return 0;
      return weight_factor(reads).dynamic / plan_.config.memory.boost->efficiency -
             weight_factor(banks).dynamic;
    });
    banks_ = plan_.reads.each([&](const ReadVoltage& voltage) -> double {
      const memory::Voltage banks = voltage.banks(supply);
      return banks == supply ? 0 : weight_factor(banks).dynamic - weight_factor(supply).dynamic;
    });
  }
  double seconds(hardware::Cycle cycles) const { return static_cast<double>(cycles) / clock_hz_; }

  const Plan& plan_;
  std::int64_t images_;
  double clock_hz_;
  energy::SupplyFactors factors_;
  storage::ByReadVoltage<double> boost_, banks_;  // by layer
};

/// A mean over inferences, to a whole cycle.
hardware::Cycle mean(hardware::Cycle run_cycles, std::int64_t inferences) {
  return (run_cycles + inferences / 2) / inferences;
}

hardware::CycleBreakdown mean(const hardware::CycleBreakdown& run, std::int64_t inferences) {
  return {.compute = mean(run.compute, inferences),
          .weight_fetch = mean(run.weight_fetch, inferences),
          .dram = mean(run.dram, inferences),
          .accumulator = mean(run.accumulator, inferences),
          .vector = mean(run.vector, inferences)};
}

LayerResult layer_costs(const Plan& plan, const RunForm& run, const Pricer& pricer,
                        models::NodeIndex index, std::uint64_t gated_macs) {
  const schedule::TileProgram& program = plan.program;
  const schedule::Layer& layer = program.layers[index];
  const models::Node& node = plan.network.nodes[index];
  LayerResult row;
  row.name = models::node_name(node);
  row.kind = models::node_kind(node);
  EventCounts counts = run.counts.layers[index];
  if (layer.matrix) {
    for (const schedule::Tile& tile : program.tiles) {
      if (tile.node == index) row.words += tile.words();
    }
    row.m = layer.gemm.m;
    row.n = layer.gemm.n;
    row.k = layer.gemm.k;
    row.macs = layer.gemm.macs();
    row.weights = plan.weights[index].size();
    counts[hardware::Event::kMacGated] = gated_macs;
    counts[hardware::Event::kMacActive] =
        static_cast<std::uint64_t>(row.macs * pricer.images()) - gated_macs;
  }
  const hardware::Cycle run_cycles = run.layers[index].total();
  row.cycles = mean(run.layers[index], run.inferences);
  if (row.cycles.total() > 0) {
    row.utilization =
        static_cast<double>(row.macs) / (static_cast<double>(row.cycles.total()) *
                                         program.spec.array.rows * program.spec.array.columns);
  }
  row.counts = counts;
  row.energy = pricer.joules(counts, run_cycles);
  row.energy[pricer.weight_rail()] +=
      pricer.other_voltages(index, counts) + pricer.bank_leakage_joules(run_cycles);
  return row;
}

/// Moving the input in and the output out.
LayerResult transfer_costs(const RunForm& run, const Pricer& pricer) {
  LayerResult row;
  row.name = "input and output";
  row.kind = "transfer";
  row.cycles.dram = mean(run.transfer_cycles, run.inferences);
  row.counts = run.counts.transfers;
  row.energy = pricer.joules(row.counts, run.transfer_cycles);
  row.energy[pricer.weight_rail()] += pricer.bank_leakage_joules(run.transfer_cycles);
  return row;
}

/// Of one inference.
hardware::Cycle transfer_cycles_of(const hardware::ProgramTimes& times) {
  const hardware::Cycle layers_end =
      times.layers.empty() ? times.input_ready : times.layers.back().end;
  return times.input_ready + (times.total - layers_end);
}

EventCounts operator*(const EventCounts& counts, std::int64_t times) {
  EventCounts result = counts;
  for (std::uint64_t& count : result.counts) count *= static_cast<std::uint64_t>(times);
  return result;
}

hardware::CycleBreakdown operator*(const hardware::CycleBreakdown& cycles, std::int64_t times) {
  return {.compute = cycles.compute * times,
          .weight_fetch = cycles.weight_fetch * times,
          .dram = cycles.dram * times,
          .accumulator = cycles.accumulator * times,
          .vector = cycles.vector * times};
}

EventCounts all_counts(const PointResult& result) {
  EventCounts counts;
  for (const LayerResult& layer : result.layers) counts += layer.counts;
  return counts;
}

EventCounts sum_of(const timing::ProgramCounts& program) {
  EventCounts counts = program.transfers;
  for (const EventCounts& layer : program.layers) counts += layer;
  return counts;
}

double sum_of(const std::vector<energy::EnergyTerm>& terms) {
  double joules = 0;
  for (const energy::EnergyTerm& term : terms) joules += term.joules();
  return joules;
}

}  // namespace

double clock_hz(const Plan& plan, const config::OperatingPoint& voltages) {
  return plan.program.spec.clock_hz * plan.config.energy_table.clock_factor(voltages.logic_volts);
}

void RunForm::add(const Plan& plan, const ClosedForm& form, std::int64_t times) {
  const schedule::TileProgram& program = plan.program;
  layers.resize(program.layers.size());
  counts.layers.resize(program.layers.size());
  hardware::Cycle cycles = transfer_cycles_of(form.times);
  transfer_cycles += cycles * times;
  for (const models::NodeIndex i : program.layers.indices()) {
    const hardware::CycleBreakdown layer = hardware::break_down(
        form.times.layers[i], program.of_layer(form.times.folds, program.layers[i]),
        program.spec.array.rows, program.spec.weight_prefetch);
    cycles += layer.total();
    layers[i] += layer * times;
    counts.layers[i] += form.counts.layers[i] * times;
  }
  if (cycles != form.times.total) throw std::logic_error("layer cycles do not add up");
  counts.transfers += form.counts.transfers * times;
  total += cycles * times;
  inferences += times;
}

void add_costs(const Plan& plan, const RunForm& run, const config::OperatingPoint& voltages,
               const models::ByNode<std::uint64_t>& gated_macs, PointResult& result) {
  const Pricer pricer(plan, voltages, result.images);
  for (const models::NodeIndex i : plan.network.nodes.indices()) {
    result.layers.push_back(layer_costs(plan, run, pricer, i, gated_macs[i]));
  }
  result.layers.push_back(transfer_costs(run, pricer));
  for (const LayerResult& layer : result.layers) {
    result.energy += layer.energy;
    result.cycles += layer.cycles.total();
    result.stall_cycles += layer.cycles.stalls();
  }
  result.latency_s = static_cast<double>(run.total) / static_cast<double>(run.inferences) /
                     clock_hz(plan, voltages);
}

std::vector<energy::EnergyTerm> energy_terms(const Plan& plan,
                                             const config::OperatingPoint& voltages,
                                             const PointResult& result) {
  const Pricer pricer(plan, voltages, result.images);
  std::vector<energy::EnergyTerm> terms = pricer.terms(all_counts(result), result.cycles);
  const auto others = pricer.other_voltages(result.layers, result.cycles);
  terms.insert(terms.end(), others.begin(), others.end());
  return terms;
}

double supply_joules(const Plan& plan, const config::OperatingPoint& voltages,
                     const hardware::Supply& supply, const PointResult& result) {
  double joules = 0;
  for (const energy::EnergyTerm& term : energy_terms(plan, voltages, result)) {
    if (term.memory && supply.feeds(*term.memory)) joules += term.joules();
  }
  return joules;
}

double mitigation_joules(const Plan& plan, const RunForm& run,
                         const config::OperatingPoint& voltages, const PointResult& result) {
  const Pricer pricer(plan, voltages, result.images);
  EventCounts counts = all_counts(result);
  const double with = sum_of(energy_terms(plan, voltages, result));
  hardware::AcceleratorSpec bare = plan.program.spec;
  bare.weight_sram.check_bits = 0;
  bare.weight_sram.spares = {};
  bare.weight_sram.protected_bits = {};
  counts[hardware::Event::kCodeXor] = 0;
  const EventCounts with_words = sum_of(run.counts);
  const EventCounts without = sum_of(plan.bare.counts) * run.inferences;
  using hardware::Event;
  for (const auto event :
       {Event::kDramRead, Event::kPeIdleCycle, Event::kWeightSramRead, Event::kWeightSramWrite}) {
    counts[event] -= with_words[event] - without[event];
  }
  return with - sum_of(pricer.terms(bare, counts, plan.bare.times.total));
}

}  // namespace brownout::experiment

#include "sim/experiment/session/fault_state.hpp"

#include <algorithm>

#include "memory/base/input_error.hpp"
#include "memory/intermittent_cells.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "sim/storage/accumulator_readback.hpp"
#include "sim/storage/activation_readback.hpp"
#include "sim/storage/row_placement.hpp"

namespace brownout::experiment {
namespace {

using hardware::OnChipMemory;

/// The memories of a chip draw independently of each other.
std::uint64_t draws_of(const Plan& plan, const Chip& chip, OnChipMemory memory) {
  const std::uint64_t seed = memory::inference_seed(plan.config.run.seed, chip.number());
  return memory == OnChipMemory::kWeightSram
             ? seed
             : memory::keyed_hash(seed, static_cast<std::uint64_t>(memory));
}

/// What needs to know the values of stuck cells.
std::string chooser(const memory::StorageScheme& scheme) {
  if (scheme.policy->looks_at_cells()) return "faq";
  return scheme.flips_signs() ? "sign_flip" : "bit_flip";
}

void require_stuck(const memory::CellMasks& known, const Chip& chip,
                   const memory::StorageScheme& scheme) {
  known.for_each([&](const memory::CellAddress& cell, memory::FaultKind kind) {
    if (kind != memory::FaultKind::kFlip) return;
    throw InputError("chip " + std::to_string(chip.number()) + " has cells that flip, such as " +
                     memory::to_string(cell) +
                     "; words can be chosen for stuck cells only (memory.chip.kind: stuck)")
        .within("memory.mitigations." + chooser(scheme));
  });
}

/// Of its supply.
memory::Voltage weight_voltage(const Plan& plan, const Point& point) {
  return voltages_at(plan, point).voltage(OnChipMemory::kWeightSram);
}

/// Of the weight SRAM: those of the point.
memory::CellFaults cells_at(const Chip& chip, const Point& point, memory::Voltage voltage) {
  memory::CellFaults cells = chip.faults_at(OnChipMemory::kWeightSram, voltage);
  return point.line ? memory::only(cells, *point.line) : cells;
}

/// Nothing where no mitigation asks.
storage::ByReadVoltage<memory::WordMasks> known_cells(const Plan& plan, const Chip& chip,
                                                      const Point& point,
                                                      const storage::WordPath& path) {
  const memory::StorageScheme& scheme = path.scheme();
  if (!scheme.looks_at_cells() && !path.masks_reads() && !plan.config.memory.placement) return {};
  const std::optional<memory::Voltage>& known_at = plan.config.memory.program_at;
  const auto voltages = known_at ? storage::ByReadVoltage(*known_at)
                                 : plan.read_voltages(weight_voltage(plan, point));
  return voltages.each([&](memory::Voltage voltage) {
    const memory::CellMasks known = cells_at(chip, point, voltage).certain;
    if (scheme.needs_stuck_cells()) require_stuck(known, chip, scheme);
    return memory::word_masks(path.organisation(), known);
  });
}

}  // namespace

FaultState::FaultsOfMemories FaultState::faults_of(const Plan& plan, const Chip& chip,
                                                   const config::OperatingPoint& voltages) {
  FaultsOfMemories faults;
  for (const auto& [which, memory] : plan.config.memory.memories) {
    if (which == OnChipMemory::kWeightSram) continue;
    faults.emplace(which, Faults{.cells = chip.faults_at(which, voltages.voltage(which)),
                                 .seed = draws_of(plan, chip, which)});
  }
  return faults;
}

FaultState::FaultState(const Plan& plan, const Chip& chip, const Point& point)
    : plan_(plan),
      faults_(faults_of(plan, chip, voltages_at(plan, point))),
      weight_cells_(weight_faults(plan, chip, point)),
      weight_seed_(draws_of(plan, chip, OnChipMemory::kWeightSram)),
      path_(plan.word_path(acting_faults(plan, point))),
      stored_(stored_on(plan, chip, point, path_)),
      readback_(stored_weights(), path_, weight_cells_, weight_seed_) {
  const config::OperatingPoint voltages = voltages_at(plan, point);
  for (const auto& [which, memory] : plan.config.memory.memories) {
    const memory::CellFaults& cells = which == OnChipMemory::kWeightSram
                                          ? weight_cells_.values().front()
                                          : faults_.at(which).cells;
    memories_.push_back({.memory = which,
                         .voltage = voltages.voltage(which),
                         .unit = plan.unit(which),
                         .ber = cells.bit_error_rate(),
                         .cells = chip.find(which)->geometry().cells(),
                         .source = chip.find(which)->source()});
  }
  for (const auto& [which, faults] : faults_) read_back(which, faults);
  move_to(0);
}

bool FaultState::masks_vary() const {
  return std::any_of(faults_.begin(), faults_.end(),
                     [](const auto& entry) { return entry.second.varies(); });
}

bool FaultState::varies() const { return readback_.varies() || masks_vary(); }

void FaultState::move_to(std::uint64_t inference) {
  inference_ = inference;
  if (readback_.varies()) readback_.move_to(inference);
  for (const auto& [which, faults] : faults_) {
    if (faults.varies()) read_back(which, faults);
  }
}

void FaultState::read_back(OnChipMemory memory, const Faults& faults) {
  const memory::CellMasks cells = memory::masks_of_inference(faults.cells, faults.seed, inference_);
  if (memory == OnChipMemory::kActivationSram) {
    tensor_masks_ = storage::read_back_activations(plan_.program, plan_.network, cells);
  } else {
    sum_masks_ = storage::read_back_accumulators(plan_.program, plan_.network, cells);
  }
}

void FaultState::load_masks(models::IntegerEngine& engine) const {
  engine.set_tensor_masks(tensor_masks_);
  engine.set_sum_masks(sum_masks_);
}

void FaultState::load(models::IntegerEngine& engine) const {
  engine.set_weights(weights().weights);
  load_masks(engine);
}

void FaultState::update(models::IntegerEngine& engine) const {
  if (readback_.varies()) {
    for (const models::NodeIndex node : readback_.changed_nodes()) {
      engine.set_weights(node, weights().weights[node]);
    }
  }
  if (masks_vary()) load_masks(engine);
}

/// The other way: forward, word by word.
storage::ByReadVoltage<memory::WordMasks> FaultState::weight_masks() const {
  return weight_cells_.each([&](const memory::CellFaults& cells) {
    return memory::word_masks(path_.organisation(),
                              memory::masks_of_inference(cells, weight_seed_, inference_));
  });
}

std::optional<memory::WordMasks> FaultState::word_masks(OnChipMemory memory) const {
  const auto found = faults_.find(memory);
  if (found == faults_.end()) return {};
  const Faults& faults = found->second;
  return memory::word_masks(hardware::organisation(plan_.program.spec, memory),
                            memory::masks_of_inference(faults.cells, faults.seed, inference_));
}

storage::ByReadVoltage<memory::CellFaults> weight_faults(const Plan& plan, const Chip& chip,
                                                         const Point& point) {
  return plan.read_voltages(weight_voltage(plan, point)).each([&](memory::Voltage voltage) {
    return cells_at(chip, point, voltage);
  });
}

StoredOnChip stored_on(const Plan& plan, const Chip& chip, const Point& point,
                       const storage::WordPath& path) {
  StoredOnChip stored{.known = known_cells(plan, chip, point, path)};
  if (stored.known.empty()) return stored;
  if (plan.config.memory.placement) {
    stored.layout =
        storage::with_rows_placed(plan.program, plan.layout, plan.image, path, stored.known);
  }
  if (path.scheme().looks_at_cells()) {
    stored.image = plan.image;
    stored.image->rewrite(plan.program, stored.layout ? *stored.layout : plan.layout, path,
                          stored.known);
  }
  return stored;
}

}  // namespace brownout::experiment

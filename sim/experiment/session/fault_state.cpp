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
  return scheme.changes.sign_flip ? "sign_flip" : "bit_flip";
}

/// Nothing where no mitigation asks.
memory::WordMasks known_cells(const Plan& plan, const Chip& chip, const Point& point,
                              const storage::WordPath& path) {
  const memory::StorageScheme& scheme = path.scheme();
  if (!scheme.looks_at_cells() && !path.masks_reads() && !plan.config.memory.placement) return {};
  const memory::Voltage voltage = plan.config.memory.program_at.value_or(
      voltages_at(plan, point).voltage(OnChipMemory::kWeightSram));
  const memory::CellMasks known = chip.faults_at(OnChipMemory::kWeightSram, voltage).certain;
  if (scheme.needs_stuck_cells()) {
    known.for_each([&](const memory::CellAddress& cell, memory::FaultKind kind) {
      if (kind != memory::FaultKind::kFlip) return;
      throw InputError("chip " + std::to_string(chip.number()) + " has cells that flip, such as " +
                       memory::to_string(cell) +
                       "; words can be chosen for stuck cells only (memory.chip.kind: stuck)")
          .within("memory.mitigations." + chooser(scheme));
    });
  }
  return memory::word_masks(path.organisation(), known);
}

}  // namespace

FaultState::FaultsOfMemories FaultState::faults_of(const Plan& plan, const Chip& chip,
                                                   const config::OperatingPoint& voltages) {
  FaultsOfMemories faults;
  for (const auto& [which, memory] : plan.config.memory.memories) {
    faults.emplace(which, Faults{.cells = chip.faults_at(which, voltages.voltage(which)),
                                 .seed = draws_of(plan, chip, which)});
  }
  return faults;
}

FaultState::FaultState(const Plan& plan, const Chip& chip, const Point& point)
    : plan_(plan),
      faults_(faults_of(plan, chip, voltages_at(plan, point))),
      path_(plan.word_path(acting_faults(plan, point))),
      stored_(stored_on(plan, chip, point, path_)),
      readback_(stored_weights(), path_, weight_sram().cells, weight_sram().seed) {
  const config::OperatingPoint voltages = voltages_at(plan, point);
  for (const auto& [which, faults] : faults_) {
    memories_.push_back({.memory = which,
                         .voltage = voltages.voltage(which),
                         .unit = plan.unit(which),
                         .ber = faults.cells.bit_error_rate(),
                         .cells = chip.find(which)->geometry().cells(),
                         .source = chip.find(which)->source()});
    read_back(which, faults);
  }
  if (path_.scheme().refetches() && readback_.varies()) {
    throw InputError("chip " + std::to_string(chip.number()) +
                     " has cells that fail in some inferences only, which would then take "
                     "different times: keep or zero")
        .within("memory.mitigations." + std::string(path_.scheme().code->name) +
                ".on_uncorrectable");
  }
  move_to(0);
}

bool FaultState::masks_vary() const {
  return std::any_of(faults_.begin(), faults_.end(), [](const auto& entry) {
    return entry.first != OnChipMemory::kWeightSram && entry.second.varies();
  });
}

bool FaultState::varies() const { return readback_.varies() || masks_vary(); }

void FaultState::move_to(std::uint64_t inference) {
  inference_ = inference;
  if (readback_.varies()) readback_.move_to(inference);
  for (const auto& [which, faults] : faults_) {
    if (faults.varies()) read_back(which, faults);
  }
}

/// The weights have a read-back of their own, which only looks at what changes.
void FaultState::read_back(OnChipMemory memory, const Faults& faults) {
  if (memory == OnChipMemory::kWeightSram) return;
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
std::optional<memory::WordMasks> FaultState::word_masks(OnChipMemory memory) const {
  const auto found = faults_.find(memory);
  if (found == faults_.end()) return {};
  const Faults& faults = found->second;
  return memory::word_masks(hardware::organisation(plan_.program.spec, memory),
                            memory::masks_of_inference(faults.cells, faults.seed, inference_));
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

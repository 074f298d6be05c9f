#include "sim/experiment/session/other_rails.hpp"

#include <algorithm>

#include "memory/intermittent_cells.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "sim/storage/accumulator_readback.hpp"
#include "sim/storage/activation_readback.hpp"

namespace brownout::experiment {

OtherRails::OtherRails(const Workbench& bench, const Chip& chip,
                       const config::OperatingPoint& voltages)
    : bench_(&bench) {
  for (const hardware::OnChipMemory memory : hardware::kOnChipMemories) {
    if (memory == hardware::OnChipMemory::kWeightSram) continue;
    const memory::FaultMap* map = chip.find(memory);
    if (map == nullptr) continue;
    const memory::VoltageProfile& profile = *bench.config.memory.find(memory)->profile;
    const memory::Voltage voltage = voltages.voltage(memory);
    profile.require_covered(voltage);
    const std::uint64_t seed =
        memory::keyed_hash(memory::inference_seed(bench.config.run.seed, chip.number()),
                           static_cast<std::uint64_t>(memory));
    const memory::CellFaults faults = map->faults_at(voltage);
    rails_.push_back({memory, faults, seed, memory::CellMasks(map->geometry())});
    results_.push_back({memory, voltage, memory::to_string(profile.data().unit),
                        faults.bit_error_rate(), map->geometry().cells()});
  }
  move_to(0);
}

bool OtherRails::varies() const {
  return std::any_of(rails_.begin(), rails_.end(),
                     [](const Rail& rail) { return !rail.faults.intermittent.empty(); });
}

void OtherRails::move_to(std::uint64_t inference) {
  for (Rail& rail : rails_) {
    rail.cells = memory::masks_of_inference(rail.faults, rail.seed, inference);
    if (rail.memory == hardware::OnChipMemory::kActivationSram) {
      tensor_masks_ = storage::read_back_activations(bench_->program, bench_->network, rail.cells);
    } else {
      sum_masks_ = storage::read_back_accumulators(bench_->program, bench_->network, rail.cells);
    }
  }
}

/// The other way: forward, word by word.
std::optional<memory::WordMasks> OtherRails::word_masks(hardware::OnChipMemory memory) const {
  for (const Rail& rail : rails_) {
    if (rail.memory != memory) continue;
    return memory::word_masks(hardware::organisation(bench_->program.spec, memory), rail.cells);
  }
  return {};
}

void OtherRails::give_to(models::IntegerEngine& engine) const {
  engine.set_tensor_masks(tensor_masks_);
  engine.set_sum_masks(sum_masks_);
}

void OtherRails::take_from(models::IntegerEngine& engine) {
  engine.set_tensor_masks({});
  engine.set_sum_masks({});
}

}  // namespace brownout::experiment

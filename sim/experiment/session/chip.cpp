#include "sim/experiment/session/chip.hpp"

#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/repair/repaired_fault_map.hpp"
#include "sim/experiment/session/chip_cells.hpp"

namespace brownout::experiment {

using hardware::OnChipMemory;

std::unique_ptr<memory::FaultMap> make_chip(const Plan& plan, std::uint64_t chip,
                                            OnChipMemory which) {
  const config::MemoryConfig& memory = plan.config.memory;
  if (memory.find(which) == nullptr) return nullptr;
  std::unique_ptr<memory::FaultMap> cells = make_cells(plan, chip, which);
  if (which != OnChipMemory::kWeightSram || !memory.spares.any()) return cells;
  try {
    return std::make_unique<memory::RepairedFaultMap>(std::move(cells), memory.spares,
                                                      memory.program_at);
  } catch (const InputError& error) {
    throw error.within("memory.mitigations: program_at");
  }
}

Chip::Chip(const Plan& plan, std::uint64_t number) : plan_(plan), number_(number) {
  for (const auto& [which, memory] : plan.config.memory.memories) {
    maps_.emplace(which, make_chip(plan, number, which));
  }
}

memory::CellFaults Chip::faults_at(OnChipMemory memory, memory::Voltage voltage) const {
  plan_.config.memory.find(memory)->profile->require_covered(voltage);
  return find(memory)->faults_at(voltage);
}

std::optional<memory::RepairCounts> Chip::repair_at(memory::Voltage voltage) const {
  const auto* repaired = dynamic_cast<const memory::RepairedFaultMap*>(&weight_sram());
  if (repaired == nullptr) return {};
  return repaired->repair_at(voltage).counts;
}

}  // namespace brownout::experiment

// One chip of a workload: the faults of each of its memories, from map files or a generator, with
// what is laid over them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "memory/fault_map.hpp"
#include "memory/repair/spare_lines.hpp"
#include "sim/experiment/session/plan.hpp"

namespace brownout::experiment {

/// The faults of one memory of chip `chip`: those of its map file, or the generator's, with the
/// defects and maps that are laid over every chip, as repair leaves them; nullptr where the memory
/// is error-free. Throws
/// InputError naming the file when it cannot be read, or its geometry or unit is not the
/// memory's.
std::unique_ptr<memory::FaultMap> make_chip(
    const Plan& plan, std::uint64_t chip,
    hardware::OnChipMemory memory = hardware::OnChipMemory::kWeightSram);

/// All of them, each file read once. Throws likewise. `plan` must outlive this.
class Chip {
 public:
  Chip(const Plan& plan, std::uint64_t number);

  std::uint64_t number() const { return number_; }
  /// nullptr where the memory is error-free.
  const memory::FaultMap* find(hardware::OnChipMemory memory) const {
    const auto found = maps_.find(memory);
    return found == maps_.end() ? nullptr : found->second.get();
  }
  /// Throws InputError where the memory's profile or map does not cover the voltage.
  memory::CellFaults faults_at(hardware::OnChipMemory memory, memory::Voltage voltage) const;
  /// What spare lines of the weight SRAM do at a voltage of it; nothing where there are none.
  std::optional<memory::RepairCounts> repair_at(memory::Voltage voltage) const;
  const memory::FaultMap& weight_sram() const { return *find(hardware::OnChipMemory::kWeightSram); }

 private:
  const Plan& plan_;
  std::uint64_t number_;
  std::map<hardware::OnChipMemory, std::unique_ptr<memory::FaultMap>> maps_;
};

}  // namespace brownout::experiment

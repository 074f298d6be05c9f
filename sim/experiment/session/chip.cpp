#include "sim/experiment/session/chip.hpp"

#include <utility>
#include <vector>

#include "memory/base/input_error.hpp"
#include "memory/chip_draws.hpp"
#include "memory/files/read_map.hpp"
#include "memory/generators/generators.hpp"
#include "memory/generators/noisy_fault_map.hpp"
#include "memory/maps/sparse_fault_map.hpp"
#include "memory/maps/stacked_fault_map.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "sim/experiment/inputs/placed_map.hpp"

namespace brownout::experiment {
namespace {

using hardware::OnChipMemory;

memory::SramGeometry geometry_of(const Plan& plan, OnChipMemory which) {
  return hardware::organisation(plan.program.spec, which).geometry();
}

std::unique_ptr<memory::FaultMap> require_fit(const Plan& plan, OnChipMemory which,
                                              memory::SparseFaultMap map,
                                              const std::filesystem::path& path,
                                              const std::string& advice) {
  if (map.geometry() != geometry_of(plan, which)) {
    const std::string verb = which == OnChipMemory::kAccumulator ? "have " : "has ";
    throw InputError("the map is of " + memory::to_string(map.geometry()) + ", the " +
                     hardware::title(which) + " of '" + plan.config.accelerator.name + "' " + verb +
                     memory::to_string(geometry_of(plan, which)) + advice)
        .within(path.string());
  }
  if (map.header().unit != plan.unit(which)) {
    throw InputError("the map's unit is " + map.header().unit + ", the memory profile's is " +
                     plan.unit(which))
        .within(path.string());
  }
  return std::make_unique<memory::SparseFaultMap>(std::move(map));
}

std::unique_ptr<memory::FaultMap> read_map_of_chip(const Plan& plan, OnChipMemory which,
                                                   std::uint64_t chip) {
  const config::ChipConfig& chips = plan.config.memory.find(which)->chip;
  return require_fit(plan, which, placed_map(chips, chip, geometry_of(plan, which)),
                     chips.maps.at(chip),
                     "; " + config::key_of(which) + ".chip.fold puts it there");
}

/// A map of the chip's stack.
std::unique_ptr<memory::FaultMap> read_stacked_map(const Plan& plan, OnChipMemory which,
                                                   const std::filesystem::path& path) {
  const auto import = config::no_map_import(config::key_of(which) + ".chip");
  return require_fit(plan, which, memory::read_map(path.string(), import).map, path, "");
}

/// Chips of one seed have independent faults in each of their memories.
std::uint64_t seed_of(OnChipMemory which, std::uint64_t seed, std::uint64_t chip) {
  if (which == OnChipMemory::kWeightSram) return memory::chip_seed(seed, chip);
  return memory::chip_seed(memory::keyed_hash(seed, static_cast<std::uint64_t>(which)), chip);
}

// Without the maps that may lie on that of any chip.
std::unique_ptr<memory::FaultMap> make_bare_chip(const Plan& plan, OnChipMemory which,
                                                 std::uint64_t chip) {
  const config::FaultyMemory& memory = *plan.config.memory.find(which);
  const config::ChipConfig& source = memory.chip;
  if (source.measured()) {
    if (chip >= source.maps.size()) {
      throw InputError("chip " + std::to_string(chip) + ": " +
                       (source.maps.size() == 1 ? "a fault map is one chip, 0"
                                                : "the maps are those of chips 0 to " +
                                                      std::to_string(source.maps.size() - 1)));
    }
    return read_map_of_chip(plan, which, chip);
  }
  auto generated = source.generator->make(
      {geometry_of(plan, which), memory.profile, source.mixture, seed_of(which, source.seed, chip)},
      source.parameters);
  if (source.sigma_read == 0) return generated;
  return std::make_unique<memory::NoisyFaultMap>(std::move(generated), source.sigma_read);
}

}  // namespace

std::unique_ptr<memory::FaultMap> make_chip(const Plan& plan, std::uint64_t chip,
                                            OnChipMemory which) {
  const config::FaultyMemory* memory = plan.config.memory.find(which);
  if (memory == nullptr) return nullptr;
  const config::ChipConfig& source = memory->chip;
  std::vector<std::unique_ptr<memory::FaultMap>> maps;
  maps.push_back(make_bare_chip(plan, which, chip));
  if (source.defects) {
    maps.push_back(std::make_unique<memory::DefectMap>(geometry_of(plan, which), *source.defects,
                                                       seed_of(which, source.seed, chip)));
  }
  for (const std::filesystem::path& path : source.stack) {
    maps.push_back(read_stacked_map(plan, which, path));
  }
  if (maps.size() == 1) return std::move(maps.front());
  return std::make_unique<memory::StackedFaultMap>(std::move(maps));
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

}  // namespace brownout::experiment

#include "sim/experiment/session/chip.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

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

memory::SramGeometry geometry_of(const Workbench& bench, OnChipMemory which) {
  return hardware::organisation(bench.program.spec, which).geometry();
}

std::unique_ptr<memory::FaultMap> require_fit(const Workbench& bench, OnChipMemory which,
                                              memory::SparseFaultMap map,
                                              const std::filesystem::path& path,
                                              const std::string& advice) {
  if (map.geometry() != geometry_of(bench, which)) {
    const std::string verb = which == OnChipMemory::kAccumulator ? "have " : "has ";
    throw std::runtime_error(path.string() + ": the map is of " +
                             memory::to_string(map.geometry()) + ", the " + hardware::title(which) +
                             " of '" + bench.config.accelerator.name + "' " + verb +
                             memory::to_string(geometry_of(bench, which)) + advice);
  }
  if (map.header().unit != bench.unit(which)) {
    throw std::runtime_error(path.string() + ": the map's unit is " + map.header().unit +
                             ", the memory profile's is " + bench.unit(which));
  }
  return std::make_unique<memory::SparseFaultMap>(std::move(map));
}

std::unique_ptr<memory::FaultMap> read_map_of_chip(const Workbench& bench, OnChipMemory which,
                                                   std::uint64_t chip) {
  const config::ChipConfig& chips = bench.config.memory.find(which)->chip;
  return require_fit(bench, which, placed_map(chips, chip, geometry_of(bench, which)),
                     chips.maps.at(chip),
                     "; " + config::key_of(which) + ".chip.fold puts it there");
}

/// A map of the chip's stack.
std::unique_ptr<memory::FaultMap> read_stacked_map(const Workbench& bench, OnChipMemory which,
                                                   const std::filesystem::path& path) {
  const auto import = config::no_map_import(config::key_of(which) + ".chip");
  return require_fit(bench, which, memory::read_map(path.string(), import).map, path, "");
}

/// Chips of one seed have independent faults in each of their memories.
std::uint64_t seed_of(OnChipMemory which, std::uint64_t seed, std::uint64_t chip) {
  if (which == OnChipMemory::kWeightSram) return memory::chip_seed(seed, chip);
  return memory::chip_seed(memory::keyed_hash(seed, static_cast<std::uint64_t>(which)), chip);
}

// Without the maps that may lie on that of any chip.
std::unique_ptr<memory::FaultMap> make_bare_chip(const Workbench& bench, OnChipMemory which,
                                                 std::uint64_t chip) {
  const config::FaultyMemory& memory = *bench.config.memory.find(which);
  const config::ChipConfig& source = memory.chip;
  if (source.measured()) {
    if (chip >= source.maps.size()) {
      throw std::runtime_error(
          "chip " + std::to_string(chip) + ": " +
          (source.maps.size() == 1
               ? "a fault map is one chip, 0"
               : "the maps are those of chips 0 to " + std::to_string(source.maps.size() - 1)));
    }
    return read_map_of_chip(bench, which, chip);
  }
  auto generated = source.generator->make({geometry_of(bench, which), memory.profile,
                                           source.mixture, seed_of(which, source.seed, chip)},
                                          source.parameters);
  if (source.sigma_read == 0) return generated;
  return std::make_unique<memory::NoisyFaultMap>(std::move(generated), source.sigma_read);
}

}  // namespace

std::unique_ptr<memory::FaultMap> make_chip(const Workbench& bench, std::uint64_t chip,
                                            OnChipMemory which) {
  const config::FaultyMemory* memory = bench.config.memory.find(which);
  if (memory == nullptr) return nullptr;
  const config::ChipConfig& source = memory->chip;
  std::vector<std::unique_ptr<memory::FaultMap>> maps;
  maps.push_back(make_bare_chip(bench, which, chip));
  if (source.defects) {
    maps.push_back(std::make_unique<memory::DefectMap>(geometry_of(bench, which), *source.defects,
                                                       seed_of(which, source.seed, chip)));
  }
  for (const std::filesystem::path& path : source.stack) {
    maps.push_back(read_stacked_map(bench, which, path));
  }
  if (maps.size() == 1) return std::move(maps.front());
  return std::make_unique<memory::StackedFaultMap>(std::move(maps));
}

Chip::Chip(const Workbench& bench, std::uint64_t number) : number_(number) {
  for (const auto& [which, memory] : bench.config.memory.memories) {
    maps_.emplace(which, make_chip(bench, number, which));
  }
}

}  // namespace brownout::experiment

#include "sim/experiment/session/chip_cells.hpp"

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
#include "memory/repair/mixed_fault_map.hpp"
#include "sim/experiment/inputs/placed_map.hpp"

namespace brownout::experiment {
namespace {

using hardware::OnChipMemory;

memory::SramGeometry seen_by_words(const Plan& plan, OnChipMemory which) {
  return hardware::organisation(plan.program.spec, which).geometry();
}

/// With those that only repair sees.
memory::SramGeometry cells_of(const Plan& plan, OnChipMemory which) {
  return which == OnChipMemory::kWeightSram ? plan.program.spec.weight_sram.cells()
                                            : seen_by_words(plan, which);
}

bool stands_in_for_spares(const Plan& plan, OnChipMemory which) {
  return which == OnChipMemory::kWeightSram && plan.config.memory.spares_error_free;
}

/// A map without spare lines gets error-free ones where that is asked for.
memory::SparseFaultMap with_spares(const Plan& plan, OnChipMemory which,
                                   memory::SparseFaultMap map) {
  const bool lacks = map.geometry() == seen_by_words(plan, which);
  if (!lacks || !stands_in_for_spares(plan, which)) return map;
  memory::FaultMapHeader header = map.header();
  header.geometry = cells_of(plan, which);
  header.source += "; error-free spare lines";
  return {std::move(header), map.faults()};
}

/// What to do about a map that has all cells but those of spare lines.
std::string spares_advice(const Plan& plan) {
  const bool columns = plan.config.memory.spares.columns > 0;
  return "; spare lines are cells, too: memory.mitigations." +
         std::string(columns ? "spare_columns" : "spare_rows") +
         ".extra_cells: error_free takes those that it lacks for good";
}

std::unique_ptr<memory::FaultMap> require_fit(const Plan& plan, OnChipMemory which,
                                              memory::SparseFaultMap map,
                                              const std::filesystem::path& path,
                                              const std::string& advice) {
  map = with_spares(plan, which, std::move(map));
  const memory::SramGeometry cells = cells_of(plan, which);
  if (map.geometry() != cells) {
    const std::string verb = which == OnChipMemory::kAccumulator ? "have " : "has ";
    throw InputError("the map is of " + memory::to_string(map.geometry()) + ", the " +
                     hardware::title(which) + " of '" + plan.config.accelerator.name + "' " + verb +
                     memory::to_string(cells) +
                     (map.geometry() == seen_by_words(plan, which) ? spares_advice(plan) : advice))
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
  // Folded onto what words see, where other cells stand in for the spare lines.
  const memory::SramGeometry target =
      stands_in_for_spares(plan, which) ? seen_by_words(plan, which) : cells_of(plan, which);
  return require_fit(plan, which, placed_map(chips, chip, target), chips.maps.at(chip),
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

std::unique_ptr<memory::FaultMap> generated(const config::FaultyMemory& memory,
                                            const memory::SramGeometry& geometry,
                                            std::uint64_t seed) {
  const config::ChipConfig& source = memory.chip;
  auto chip =
      source.generator->make({geometry, memory.profile, source.mixture, seed}, source.parameters);
  if (source.sigma_read == 0) return chip;
  return std::make_unique<memory::NoisyFaultMap>(std::move(chip), source.sigma_read);
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
  return generated(memory, cells_of(plan, which), seed_of(which, source.seed, chip));
}

/// With those of protected bits, which draw from a seed of their own.
std::unique_ptr<memory::FaultMap> make_protected_chip(const Plan& plan, OnChipMemory which,
                                                      std::uint64_t chip) {
  std::unique_ptr<memory::FaultMap> cells = make_bare_chip(plan, which, chip);
  const auto& msbs = plan.config.memory.protected_msbs;
  if (which != OnChipMemory::kWeightSram || !msbs) return cells;
  const std::uint64_t seed =
      memory::draw(seed_of(which, msbs->cells.chip.seed, chip), memory::Draw::kProtected);
  const hardware::SramSpec& sram = plan.program.spec.weight_sram;
  return std::make_unique<memory::MixedFaultMap>(
      std::move(cells), generated(msbs->cells, cells_of(plan, which), seed),
      sram.protected_bits.columns(sram.organisation()));
}

}  // namespace

std::unique_ptr<memory::FaultMap> make_cells(const Plan& plan, std::uint64_t chip,
                                             OnChipMemory which) {
  const config::ChipConfig& source = plan.config.memory.find(which)->chip;
  std::vector<std::unique_ptr<memory::FaultMap>> maps;
  maps.push_back(make_protected_chip(plan, which, chip));
  if (source.defects) {
    maps.push_back(std::make_unique<memory::DefectMap>(cells_of(plan, which), *source.defects,
                                                       seed_of(which, source.seed, chip)));
  }
  for (const std::filesystem::path& path : source.stack) {
    maps.push_back(read_stacked_map(plan, which, path));
  }
  if (maps.size() == 1) return std::move(maps.front());
  return std::make_unique<memory::StackedFaultMap>(std::move(maps));
}

}  // namespace brownout::experiment

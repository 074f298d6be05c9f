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
#include "memory/maps/widened_fault_map.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "memory/repair/mixed_fault_map.hpp"
#include "sim/experiment/inputs/placed_map.hpp"

namespace brownout::experiment {
namespace {

using hardware::OnChipMemory;

constexpr const char* kExtraCellsAdvice =
    "; check bits, flags and spare lines are cells, too: memory.chip.extra_cells, error_free or "
    "generated, stands in for those that it lacks";

/// All of them.
memory::SramGeometry cells_of(const Plan& plan, OnChipMemory which) {
  return which == OnChipMemory::kWeightSram
             ? plan.program.spec.weight_sram.cells()
             : hardware::organisation(plan.program.spec, which).geometry();
}

/// Without those of check bits, flags and spare lines.
memory::SramGeometry data_cells_of(const Plan& plan, OnChipMemory which) {
  memory::SramOrganisation organisation = hardware::organisation(plan.program.spec, which);
  organisation.check_bits = 0;
  return organisation.geometry();
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

std::unique_ptr<memory::FaultMap> error_free_cells(const Plan& plan, OnChipMemory which) {
  memory::FaultMapHeader header{.geometry = cells_of(plan, which),
                                .unit = plan.unit(which),
                                .lowest_measured = {},
                                .source = "error-free"};
  return std::make_unique<memory::SparseFaultMap>(std::move(header), std::vector<memory::Fault>{});
}

/// What stands in for cells that the map of a chip lacks; nullptr: nothing does.
std::unique_ptr<memory::FaultMap> extra_cells(const Plan& plan, OnChipMemory which,
                                              std::uint64_t chip) {
  config::FaultyMemory memory = *plan.config.memory.find(which);
  const std::optional<config::ExtraCells> extra = memory.chip.extra_cells;
  if (!extra) return nullptr;
  if (extra->chip == nullptr) return error_free_cells(plan, which);
  memory.chip = *extra->chip;
  return generated(memory, cells_of(plan, which), seed_of(which, memory.chip.seed, chip));
}

/// A map of all cells, or one of all data with `extra` cells around it, where there are such.
std::unique_ptr<memory::FaultMap> require_fit(const Plan& plan, OnChipMemory which,
                                              memory::SparseFaultMap map,
                                              const std::filesystem::path& path,
                                              std::unique_ptr<memory::FaultMap> extra,
                                              const std::string& advice) {
  const memory::SramGeometry cells = cells_of(plan, which), data = data_cells_of(plan, which);
  const memory::SramGeometry& measured = map.geometry();
  const bool fits = measured == cells;
  const bool lacks =
      memory::widens(measured, cells) && (measured == data || memory::widens(data, measured));
  if (!fits && !(lacks && extra)) {
    const std::string verb = which == OnChipMemory::kAccumulator ? "have " : "has ";
    throw InputError("the map is of " + memory::to_string(measured) + ", the " +
                     hardware::title(which) + " of '" + plan.config.accelerator.name + "' " + verb +
                     memory::to_string(cells) + (lacks ? std::string(kExtraCellsAdvice) : advice))
        .within(path.string());
  }
  if (map.header().unit != plan.unit(which)) {
    throw InputError("the map's unit is " + map.header().unit + ", the memory profile's is " +
                     plan.unit(which))
        .within(path.string());
  }
  auto fitting = std::make_unique<memory::SparseFaultMap>(std::move(map));
  if (fits) return fitting;
  return std::make_unique<memory::WidenedFaultMap>(std::move(fitting), std::move(extra));
}

std::unique_ptr<memory::FaultMap> read_map_of_chip(const Plan& plan, OnChipMemory which,
                                                   std::uint64_t chip) {
  const config::ChipConfig& chips = plan.config.memory.find(which)->chip;
  // Folded onto the data, where other cells stand in for the rest.
  const memory::SramGeometry target =
      chips.extra_cells ? data_cells_of(plan, which) : cells_of(plan, which);
  return require_fit(plan, which, placed_map(chips, chip, target), chips.maps.at(chip),
                     extra_cells(plan, which, chip),
                     "; " + config::key_of(which) + ".chip.fold puts it there");
}

/// A map of the chip's stack, which says nothing of the extra cells of its chip.
std::unique_ptr<memory::FaultMap> read_stacked_map(const Plan& plan, OnChipMemory which,
                                                   const std::filesystem::path& path) {
  const auto import = config::no_map_import(config::key_of(which) + ".chip");
  const bool may_lack = plan.config.memory.find(which)->chip.extra_cells.has_value();
  return require_fit(plan, which, memory::read_map(path.string(), import).map, path,
                     may_lack ? error_free_cells(plan, which) : nullptr, "");
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

#include "sim/experiment/runner/results_directory.hpp"

#include <algorithm>

#include "memory/base/input_error.hpp"
#include "memory/base/world_error.hpp"
#include "sim/experiment/runner/interruption.hpp"
#include "sim/experiment/runner/manifest.hpp"
#include "sim/experiment/runner/whole_file.hpp"
#include "sim/experiment/session/chip.hpp"

namespace brownout::experiment {
namespace {

// A map may end above the voltage.
void require_measured(const Plan& plan, const Chip& chip, const config::OperatingPoint& voltages) {
  const std::vector<std::filesystem::path>& maps = plan.config.memory.weight_sram().chip.maps;
  for (const auto& [which, memory] : plan.config.memory.memories) {
    try {
      chip.faults_at(which, voltages.voltage(which));
    } catch (const InputError& error) {
      if (which != hardware::OnChipMemory::kWeightSram || maps.size() < 2) throw;
      throw error.within(maps[chip.number()].string());
    }
  }
}

}  // namespace

void require_no_results(const std::filesystem::path& directory) {
  if (!std::filesystem::is_directory(directory)) {
    throw InputError("exists and is no directory").within(directory.string());
  }
  if (!std::filesystem::is_empty(directory)) {
    throw InputError("holds other files and no results; choose another --out")
        .within(directory.string());
  }
}

void check_directory(const Plan& plan, const Point& lowest, const std::filesystem::path& directory,
                     const std::string& manifest) {
  const config::OperatingPoint voltages = voltages_at(plan, lowest);
  const std::size_t maps = plan.config.memory.map_count();
  for (std::uint64_t number = 0; number < std::max<std::size_t>(1, maps); ++number) {
    require_measured(plan, Chip(plan, number), voltages);
  }
  if (!std::filesystem::exists(directory)) return;
  if (std::filesystem::exists(directory / "manifest.json")) {
    require_same_manifest(directory / "manifest.json", manifest);
  } else {
    require_no_results(directory);
  }
}

void make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) fail_world(directory.string() + ": cannot be made", error.value());
}

ResultsDirectory::ResultsDirectory(const Plan& plan, const Point& lowest,
                                   const std::filesystem::path& directory,
                                   const std::string& manifest)
    : directory_(directory) {
  check_directory(plan, lowest, directory, manifest);
  make_directory(directory);
  lock_.emplace(directory);
  const std::filesystem::path manifest_file = directory / "manifest.json";
  if (!std::filesystem::exists(manifest_file)) write_whole_file(manifest_file, manifest);
  journal_.emplace(journal_file());
}

std::vector<TaskFailure> saying_what_is_kept(
    const std::function<std::string()>& kept,
    const std::function<std::vector<TaskFailure>()>& work) {
  try {
    return work();
  } catch (const Interrupted& interrupted) {
    throw Interrupted(interrupted.signal(), kept());
  } catch (const WorldError& error) {
    throw WorldError(std::string(error.what()) + " (" + kept() + "; the same command goes on)");
  }
}

}  // namespace brownout::experiment

// A workload as one tree: the files that it names put in place of their paths, and the command
// line's changes applied. Nothing is interpreted yet.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/config/overrides.hpp"
#include "sim/config/yaml_value.hpp"

namespace brownout::config {

struct Document {
  Value root;
  Value file;  ///< the file's own tree, nothing included and nothing changed
  std::vector<std::filesystem::path> files;  ///< read for it, each once
};

/// Root keys workload, accelerator, energy, memory, operating_point, sweep, run; where the
/// accelerator, the energy table or the memory's profile are given as maps they stay as they are.
/// The energy table is the workload's own or, without one, the accelerator file's. A memory's chip
/// is the workload's own or, without one, that of the profile's file; the chip of a file that the
/// command line names goes before the workload's own.
Document assemble_workload(const std::filesystem::path& path, const Overrides& overrides);

/// Root keys accelerator and energy.
Document assemble_accelerator(const std::filesystem::path& path,
                              const std::vector<std::string>& set);

/// Root keys memory_profile and, maybe, chip.
Document assemble_memory(const std::filesystem::path& path);

/// The map below the one root key of a file that holds nothing else.
Value file_section(const std::filesystem::path& path, const std::string& key);

}  // namespace brownout::config

// What a sweep was: resolved configuration, hashes of the inputs, version. Two sweeps with equal
// manifests have equal results.
#pragma once

#include <filesystem>
#include <string>

#include "sim/experiment/sweep.hpp"
#include "sim/experiment/workbench.hpp"

namespace brownout::experiment {

/// JSON text. Leaves out what never changes a result (batch size, jobs).
std::string manifest_json(const Workbench& bench, CosimPolicy cosim);

/// Throws std::runtime_error when the manifest in `path` is not `expected`; names the first keys
/// that differ.
void require_same_manifest(const std::filesystem::path& path, const std::string& expected);

}  // namespace brownout::experiment

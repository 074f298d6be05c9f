// What the results of a directory are of: resolved configuration, hashes of the inputs, version.
// Two sweeps with equal manifests have equal results.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "sim/experiment/results/verdict.hpp"
#include "sim/experiment/runner/cosim_policy.hpp"
#include "sim/experiment/session/plan.hpp"

namespace brownout::experiment {

/// Keys of the manifest with their values.
using ManifestEntries = std::map<std::string, std::string>;

/// JSON text. Leaves out what never changes a result (batch size, jobs). `more`: further keys that
/// decide the results.
std::string manifest_json(const Plan& plan, CosimPolicy cosim, const ManifestEntries& more = {});

/// The manifest with what its points were judged by.
std::string with_criterion(const std::string& manifest, const PassMark& mark);

/// All keys of a manifest, those of its sections as "SECTION/KEY". Throws InputError where it is
/// damaged or of another format.
ManifestEntries read_manifest(const std::filesystem::path& path);

/// Throws InputError when the manifest in `path` is not `expected`, the criterion aside,
/// which changes no point; names the first keys that differ.
void require_same_manifest(const std::filesystem::path& path, const std::string& expected);

}  // namespace brownout::experiment

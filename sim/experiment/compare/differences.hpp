// In which keys of their manifests sweeps differ.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/runner/manifest.hpp"

namespace brownout::experiment {

struct Difference {
  std::string key;  ///< "accelerator.array.rows", "inputs/network.onnx"
  std::vector<std::optional<std::string>> values;  ///< of each; nothing where it has no such key
};

/// By key. What a sweep was judged by is none of it: comparing judges all alike.
std::vector<Difference> differences(const std::vector<ManifestEntries>& manifests);

/// The keys among them that say that accuracies are of other images.
std::vector<std::string> of_images(const std::vector<Difference>& differences,
                                   const std::vector<ManifestEntries>& manifests);

}  // namespace brownout::experiment

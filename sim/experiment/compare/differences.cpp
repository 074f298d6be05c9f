#include "sim/experiment/compare/differences.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace brownout::experiment {
namespace {

constexpr std::string_view kConfiguration = "configuration/", kInputs = "inputs/";

}  // namespace

std::vector<Difference> differences(const std::vector<ManifestEntries>& manifests) {
  std::set<std::string> keys;
  for (const ManifestEntries& manifest : manifests) {
    for (const auto& [key, value] : manifest) {
      if (!key.starts_with("criterion")) keys.insert(key);
    }
  }
  std::vector<Difference> found;
  for (const std::string& key : keys) {
    Difference difference{key, {}};
    for (const ManifestEntries& manifest : manifests) {
      const auto entry = manifest.find(key);
      difference.values.push_back(entry == manifest.end() ? std::nullopt
                                                          : std::optional(entry->second));
    }
    const auto& values = difference.values;
    if (std::count(values.begin(), values.end(), values.front()) ==
        static_cast<std::ptrdiff_t>(values.size())) {
      continue;
    }
    if (key.starts_with(kConfiguration)) difference.key.erase(0, kConfiguration.size());
    found.push_back(std::move(difference));
  }
  return found;
}

std::vector<std::string> of_images(const std::vector<Difference>& differences,
                                   const std::vector<ManifestEntries>& manifests) {
  const auto is_image_file = [&](const std::string& name) {
    return std::any_of(manifests.begin(), manifests.end(), [&](const ManifestEntries& manifest) {
      return std::any_of(manifest.begin(), manifest.end(), [&](const auto& entry) {
        return entry.first.starts_with("configuration/workload.dataset.") &&
               entry.second.find(name) != std::string::npos;
      });
    });
  };
  std::vector<std::string> keys;
  for (const Difference& difference : differences) {
    const std::string& key = difference.key;
    const bool is_image = key.starts_with("workload.dataset.") || key == "run.images" ||
                          (key.starts_with(kInputs) && is_image_file(key.substr(kInputs.size())));
    if (is_image) keys.push_back(key);
  }
  return keys;
}

}  // namespace brownout::experiment

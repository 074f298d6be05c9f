// Which labelled images a workload runs on, and how pixels become the network's input.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/dataset.hpp"
#include "sim/config/yaml_value.hpp"

namespace brownout::config {

enum class DatasetFormat : std::uint8_t { kMnistIdx, kCifar10Binary };

std::string to_string(DatasetFormat format);

struct DatasetConfig {
  DatasetFormat format = DatasetFormat::kMnistIdx;
  std::filesystem::path images, labels;        ///< kMnistIdx
  std::vector<std::filesystem::path> batches;  ///< kCifar10Binary

  std::vector<std::filesystem::path> files() const;
};

/// The map below `workload.dataset`. `full` is the directory of --dataset: its standard files take
/// the place of those that the map names.
DatasetConfig read_dataset(const Value& dataset, const std::optional<std::filesystem::path>& full);
/// The map below `workload.preprocess`.
models::Preprocess read_preprocess(const Value& preprocess);

/// The images themselves, with the reader of the format.
models::Dataset load_dataset(const DatasetConfig& config);

}  // namespace brownout::config

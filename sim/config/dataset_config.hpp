// Which labelled images a workload runs on, and how pixels become the network's input.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/datasets/dataset.hpp"
#include "models/datasets/image_folder.hpp"
#include "sim/config/yaml_value.hpp"

namespace brownout::config {

enum class DatasetFormat : std::uint8_t {
  kMnistIdx,
  kCifar10Binary,
  kCifar100Binary,
  kNpz,
  kImageFolder
};

std::string to_string(DatasetFormat format);

/// How the x of an .npz file lies, images first.
enum class AxisOrder : std::uint8_t { kChannelsLast, kChannelsFirst };

std::string to_string(AxisOrder order);

struct DatasetConfig {
  DatasetFormat format = DatasetFormat::kMnistIdx;
  std::filesystem::path images, labels;        ///< kMnistIdx
  std::vector<std::filesystem::path> batches;  ///< kCifar10Binary, kCifar100Binary
  std::filesystem::path file;                  ///< kNpz
  AxisOrder axes = AxisOrder::kChannelsLast;   ///< kNpz
  std::filesystem::path directory;             ///< kImageFolder
  std::vector<models::LabelledFile> members;   ///< kImageFolder: the images in it
  int channels = 3;                            ///< kImageFolder: 3 (RGB) or 1 (grey)
  models::ImageFit image_fit = {};             ///< kImageFolder

  std::vector<std::filesystem::path> files() const;
};

/// The maps below `workload.dataset` and `workload.preprocess`.
struct ImagesConfig {
  DatasetConfig dataset;
  models::Preprocess preprocess;
};

/// `full` is the directory of --dataset: its standard files take the place of those that the map
/// names. `preprocess` is null where the workload has none.
ImagesConfig read_images(const Value& dataset, const Value* preprocess,
                         const std::optional<std::filesystem::path>& full);

}  // namespace brownout::config

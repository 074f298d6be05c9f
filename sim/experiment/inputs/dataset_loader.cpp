#include "sim/experiment/inputs/dataset_loader.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <stdexcept>

#include "models/datasets/dataset_files.hpp"
#include "models/datasets/image_folder.hpp"
#include "sim/experiment/inputs/npz_dataset.hpp"

namespace brownout::experiment {

models::Dataset load_dataset(const config::DatasetConfig& config, const models::Shape& input,
                             std::optional<int> images) {
  switch (config.format) {
    case config::DatasetFormat::kMnistIdx:
      return models::read_mnist_idx(config.images, config.labels);
    case config::DatasetFormat::kCifar10Binary:
      return models::read_cifar10_binary(config.batches);
    case config::DatasetFormat::kCifar100Binary:
      return models::read_cifar100_binary(config.batches);
    case config::DatasetFormat::kNpz:
      return read_npz_dataset(config.file, config.axes, input);
    case config::DatasetFormat::kImageFolder: {
      const auto asked = static_cast<std::size_t>(images.value_or(std::numeric_limits<int>::max()));
      const auto files = std::span(config.members).first(std::min(asked, config.members.size()));
      return models::read_image_folder(files, config.image_fit, config.channels);
    }
  }
  throw std::logic_error("unknown data set format");
}

}  // namespace brownout::experiment

#include "sim/experiment/dataset_loader.hpp"

#include <stdexcept>

#include "models/datasets/dataset_files.hpp"
#include "models/datasets/image_folder.hpp"
#include "sim/experiment/npz_dataset.hpp"

namespace brownout::experiment {

models::Dataset load_dataset(const config::DatasetConfig& config) {
  switch (config.format) {
    case config::DatasetFormat::kMnistIdx:
      return models::read_mnist_idx(config.images, config.labels);
    case config::DatasetFormat::kCifar10Binary:
      return models::read_cifar10_binary(config.batches);
    case config::DatasetFormat::kCifar100Binary:
      return models::read_cifar100_binary(config.batches);
    case config::DatasetFormat::kNpz:
      return read_npz_dataset(config.file, config.axes);
    case config::DatasetFormat::kImageFolder:
      return models::read_image_folder(config.members, config.image_fit, config.channels);
  }
  throw std::logic_error("unknown data set format");
}

}  // namespace brownout::experiment

// The images and the preprocessing that a network is likely to be made for: files beside it that it
// can take, and of the usual preprocessings the one that its answers agree with most.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/datasets/dataset.hpp"
#include "sim/config/dataset_config.hpp"

namespace brownout::experiment {

/// Top-1 of the first images, with a preprocessing that many networks are trained with.
struct TriedPreprocess {
  std::string name;
  models::Preprocess preprocess;
  bool fills_range = false;  ///< that of the network's input: else it was hardly trained so
  double top1 = 0;
};

struct GuessedImages {
  config::DatasetConfig dataset;
  std::int64_t images = 0;        ///< in it
  bool reconstruction = false;    ///< no labels, and the output has the input's shape
  std::int64_t tried_images = 0;  ///< that each preprocessing was tried on
  /// Those that fill the range first, by top-1. Nothing where there is nothing to try: reals stand
  /// as they are, and without labels no answer is right.
  std::vector<TriedPreprocess> tried;
};

/// The first, by name, of the files beside the network that it can take: .npz with x, or MNIST's
/// and CIFAR's own. Nothing where there is none.
std::optional<GuessedImages> guess_images(const std::filesystem::path& network_file,
                                          const models::QuantizedNetwork& network);

}  // namespace brownout::experiment

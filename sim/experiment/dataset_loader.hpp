// The images of a data set's configuration, read with the reader of its format.
#pragma once

#include "models/datasets/dataset.hpp"
#include "sim/config/dataset_config.hpp"

namespace brownout::experiment {

/// Throws std::runtime_error naming the file that cannot be read or is not of the format.
models::Dataset load_dataset(const config::DatasetConfig& config);

}  // namespace brownout::experiment

// The images of a data set's configuration, read with the reader of its format.
#pragma once

#include <optional>

#include "models/datasets/dataset.hpp"
#include "sim/config/dataset_config.hpp"

namespace brownout::experiment {

/// All images, or at least the first `images` of them where files hold one each; `input` is the
/// shape that the network takes. Throws InputError naming the file that cannot be read or
/// is not of the format.
models::Dataset load_dataset(const config::DatasetConfig& config, const models::Shape& input,
                             std::optional<int> images);

}  // namespace brownout::experiment

// Data sets in NumPy's .npz: arrays x (inputs) and y (labels), as numpy.savez(file, x=x, y=y)
// writes them, compressed or not. Here and not in models/, since the .npy container is memory/'s.
#pragma once

#include <filesystem>
#include <string>

#include "models/datasets/dataset.hpp"
#include "sim/config/dataset_config.hpp"

namespace brownout::experiment {

/// x: images x height x width x channels (or channels first), images x height x width (1 channel),
/// images x width x channels where the network takes a row (`wanted`, its input), or images x
/// features (as channels). uint8 are pixels; float32, float64 and other integers are reals. y:
/// integers 0..65535, one an image, or absent: no labels. Throws InputError naming file and
/// array.
models::Dataset read_npz_dataset(const std::filesystem::path& path, config::AxisOrder axes,
                                 const models::Shape& wanted);

/// The names of all arrays of a file, for messages.
std::string npz_arrays(const std::filesystem::path& path);

}  // namespace brownout::experiment

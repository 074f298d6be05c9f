// Data sets that are folders of images by class: DIR/class/image.png.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "models/datasets/dataset.hpp"
#include "models/datasets/image_resize.hpp"

namespace brownout::models {

struct LabelledFile {
  std::filesystem::path path;
  std::uint16_t label = 0;
};

/// The images below `directory`: the sub-folders, sorted by name, are labels 0, 1, ...; the first
/// file of each class by name, the second of each, and so on, so that any number of images from the
/// front shows all classes. Other files are an error, hidden ones are not seen. Throws
/// InputError.
std::vector<LabelledFile> list_image_folder(const std::filesystem::path& directory);

/// Reads them all; after `image_fit` they must agree in size. `channels` is 3 (RGB) or 1 (grey).
Dataset read_image_folder(std::span<const LabelledFile> files, const ImageFit& image_fit,
                          int channels);

}  // namespace brownout::models

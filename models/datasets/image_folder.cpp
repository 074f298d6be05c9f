#include "models/datasets/image_folder.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "memory/base/input_error.hpp"

namespace brownout::models {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    if (!entry.path().filename().string().starts_with('.')) entries.push_back(entry.path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

std::string size_text(const Image& image) {
  return std::to_string(image.height) + " x " + std::to_string(image.width);
}

}  // namespace

std::vector<LabelledFile> list_image_folder(const fs::path& directory) {
  if (!fs::is_directory(directory)) {
    throw InputError("no such folder").within(directory.string());
  }
  struct Ranked {
    std::size_t rank;  // within its class
    LabelledFile file;
  };
  std::vector<Ranked> files;
  std::size_t label = 0;
  for (const fs::path& folder : entries_of(directory)) {
    if (!fs::is_directory(folder)) {
      throw InputError("not a folder of one class's images").within(folder.string());
    }
    if (label > std::numeric_limits<std::uint16_t>::max()) {
      throw InputError("more than 65536 classes").within(directory.string());
    }
    std::size_t rank = 0;
    for (const fs::path& file : entries_of(folder)) {
      if (!is_image_name(file)) {
        throw InputError("not named .png, .jpg or .jpeg").within(file.string());
      }
      files.push_back({rank++, {.path = file, .label = static_cast<std::uint16_t>(label)}});
    }
    ++label;
  }
  if (files.empty()) throw InputError("it holds no images").within(directory.string());
  std::stable_sort(files.begin(), files.end(),
                   [](const Ranked& left, const Ranked& right) { return left.rank < right.rank; });
  std::vector<LabelledFile> in_turn;
  for (Ranked& file : files) in_turn.push_back(std::move(file.file));
  return in_turn;
}

Dataset read_image_folder(std::span<const LabelledFile> files, const ImageFit& image_fit,
                          int channels) {
  Dataset dataset;
  for (const LabelledFile& file : files) {
    Image image = read_image(file.path, channels);
    try {
      image = fit(image, image_fit);
    } catch (const InputError& error) {
      throw error.within(file.path.string());
    }
    const Shape shape{.channels = channels, .height = image.height, .width = image.width};
    if (dataset.labels.empty()) dataset.shape = shape;
    if (shape != dataset.shape) {
      throw InputError(size_text(image) + " pixels where " + files.front().path.string() + " has " +
                       std::to_string(dataset.shape.height) + " x " +
                       std::to_string(dataset.shape.width) +
                       " (preprocess.resize and preprocess.crop bring them to one size)")
          .within(file.path.string());
    }
    dataset.pixels.insert(dataset.pixels.end(), image.pixels.begin(), image.pixels.end());
    dataset.labels.push_back(file.label);
  }
  return dataset;
}

}  // namespace brownout::models

// The YAML keys of data sets, and the file names under which full data sets are distributed.
#include "sim/config/dataset_config.hpp"

#include <array>
#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::config {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 5> kFormats = {"mnist_idx", "cifar10_binary",
                                                      "cifar100_binary", "npz", "image_folder"};
constexpr std::array<std::string_view, 2> kAxisOrders = {"channels_last", "channels_first"};

// The keys of a format besides `format`.
std::vector<std::string_view> keys_of(DatasetFormat format) {
  switch (format) {
    case DatasetFormat::kMnistIdx:
      return {"format", "images", "labels"};
    case DatasetFormat::kCifar10Binary:
    case DatasetFormat::kCifar100Binary:
      return {"format", "batches"};
    case DatasetFormat::kNpz:
      return {"format", "file", "axes"};
    case DatasetFormat::kImageFolder:
      return {"format", "directory", "channels"};
  }
  throw std::logic_error("unknown data set format");
}

// DIR/name, or DIR/name.gz when `gzip` allows it.
std::filesystem::path standard_file(const std::filesystem::path& directory, const std::string& name,
                                    bool gzip) {
  for (const std::string& candidate : {name, name + ".gz"}) {
    if (std::filesystem::is_regular_file(directory / candidate)) return directory / candidate;
    if (!gzip) break;
  }
  throw InputError("no such file: " + (directory / name).string() + (gzip ? " (or .gz)" : ""))
      .within("--dataset");
}

// The standard files of the full data set in the place of the workload's.
void read_full(const std::filesystem::path& directory, DatasetConfig& config) {
  switch (config.format) {
    case DatasetFormat::kMnistIdx:
      config.images = standard_file(directory, "t10k-images-idx3-ubyte", true);
      config.labels = standard_file(directory, "t10k-labels-idx1-ubyte", true);
      return;
    case DatasetFormat::kCifar10Binary:
      config.batches = {standard_file(directory, "test_batch.bin", false)};
      return;
    case DatasetFormat::kCifar100Binary:
      config.batches = {standard_file(directory, "test.bin", false)};
      return;
    case DatasetFormat::kNpz:
      throw InputError(
          "an npz data set has no standard file; name it with --set workload.dataset.file=FILE")
          .within("--dataset");
    case DatasetFormat::kImageFolder:
      config.directory = directory;
      return;
  }
}

void read_files(const MapReader& map, DatasetConfig& config) {
  switch (config.format) {
    case DatasetFormat::kMnistIdx:
      map.require_all({"images", "labels"});
      config.images = existing_file(map.require("images"));
      config.labels = existing_file(map.require("labels"));
      return;
    case DatasetFormat::kCifar10Binary:
    case DatasetFormat::kCifar100Binary: {
      const Value& batches = map.require("batches");
      for (const Value& batch : items_of(batches)) config.batches.push_back(existing_file(batch));
      if (config.batches.empty()) fail(batches, "names no file");
      return;
    }
    case DatasetFormat::kNpz:
      config.file = existing_file(map.require("file"));
      return;
    case DatasetFormat::kImageFolder:
      map.read_required("directory", config.directory);
      return;
  }
}

void check_channels(const Value& value, std::size_t count) {
  if (count == 0) fail(value, "needs one number, or one per channel");
}

DatasetConfig read_dataset(const Value& dataset, const std::optional<std::filesystem::path>& full) {
  DatasetConfig config;
  const MapReader any(
      dataset, {"format", "images", "labels", "batches", "file", "axes", "directory", "channels"});
  config.format = static_cast<DatasetFormat>(read_word(any.require("format"), kFormats));
  const MapReader map(dataset, keys_of(config.format));
  if (full) {
    read_full(*full, config);
  } else {
    read_files(map, config);
  }
  if (config.format == DatasetFormat::kNpz) {
    if (const Value* axes = map.find("axes")) {
      config.axes = static_cast<AxisOrder>(read_word(*axes, kAxisOrders));
    }
  }
  if (config.format == DatasetFormat::kImageFolder) {
    if (const Value* channels = map.find("channels")) {
      convert(*channels, config.channels);
      if (config.channels != 1 && config.channels != 3) {
        fail(*channels, channels->text + " is not one of 1, 3");
      }
    }
    try {
      config.members = models::list_image_folder(config.directory);
    } catch (const InputError& error) {
      if (full) throw error.within("--dataset");
      fail(map.require("directory"), error);
    }
  }
  return config;
}

models::ImageSize read_size(const Value& value) {
  std::vector<int> sides;
  convert(value, sides);
  if (sides.size() != 2) fail(value, "needs [height, width]");
  for (std::size_t i = 0; i < 2; ++i) {
    if (sides[i] < 1 || sides[i] > 16384) {
      fail(value.items[i], value.items[i].text + " is not in 1..16384");
    }
  }
  return {.height = sides[0], .width = sides[1]};
}

// resize: one number for the shorter side, or [height, width]; crop: [height, width].
models::ImageFit read_image_fit(const MapReader& map) {
  models::ImageFit fit;
  if (const Value* resize = map.find("resize")) {
    if (resize->kind == Value::Kind::kList) {
      fit.resize = read_size(*resize);
    } else {
      map.read_in_range("resize", fit.shorter_side.emplace(), 1, 16384);
    }
  }
  if (const Value* crop = map.find("crop")) fit.crop = read_size(*crop);
  return fit;
}

models::Preprocess read_preprocess(const MapReader& map) {
  models::Preprocess result;
  map.read("scale", result.scale);
  if (const Value* mean = map.find("mean")) {
    convert(*mean, result.mean);
    check_channels(*mean, result.mean.size());
  }
  if (const Value* deviation = map.find("std")) {
    convert(*deviation, result.std);
    check_channels(*deviation, result.std.size());
    for (std::size_t i = 0; i < result.std.size(); ++i) {
      if (!(result.std[i] > 0)) fail(deviation->items[i], "must be above 0");
    }
  }
  return result;
}

}  // namespace

std::string to_string(DatasetFormat format) {
  return std::string(kFormats.at(static_cast<std::size_t>(format)));
}

std::string to_string(AxisOrder order) {
  return std::string(kAxisOrders.at(static_cast<std::size_t>(order)));
}

std::vector<std::filesystem::path> DatasetConfig::files() const {
  switch (format) {
    case DatasetFormat::kMnistIdx:
      return {images, labels};
    case DatasetFormat::kCifar10Binary:
    case DatasetFormat::kCifar100Binary:
      return batches;
    case DatasetFormat::kNpz:
      return {file};
    case DatasetFormat::kImageFolder: {
      std::vector<std::filesystem::path> paths;
      for (const models::LabelledFile& member : members) paths.push_back(member.path);
      return paths;
    }
  }
  throw std::logic_error("unknown data set format");
}

ImagesConfig read_images(const Value& dataset, const Value* preprocess,
                         const std::optional<std::filesystem::path>& full) {
  ImagesConfig config{.dataset = read_dataset(dataset, full), .preprocess = {}};
  if (preprocess == nullptr) return config;
  const MapReader map(*preprocess, {"scale", "mean", "std", "resize", "crop"});
  config.preprocess = read_preprocess(map);
  config.dataset.image_fit = read_image_fit(map);
  for (const char* key : {"resize", "crop"}) {
    const Value* found = map.find(key);
    if (found != nullptr && config.dataset.format != DatasetFormat::kImageFolder) {
      fail(*found, "only images of an image_folder change their size");
    }
  }
  return config;
}

}  // namespace brownout::config

// The YAML keys of data sets, and the file names under which full data sets are distributed.
#include "sim/config/dataset_config.hpp"

#include <stdexcept>

#include "sim/config/yaml_reader.hpp"

namespace brownout::config {
namespace {

DatasetFormat parse_format(const Value& value) {
  std::string text;
  convert(value, text);
  for (const DatasetFormat format : {DatasetFormat::kMnistIdx, DatasetFormat::kCifar10Binary}) {
    if (text == to_string(format)) return format;
  }
  fail(value, "'" + text + "' is not one of mnist_idx, cifar10_binary");
}

// DIR/name, or DIR/name.gz when `gzip` allows it.
std::filesystem::path standard_file(const std::filesystem::path& directory, const std::string& name,
                                    bool gzip) {
  for (const std::string& candidate : {name, name + ".gz"}) {
    if (std::filesystem::is_regular_file(directory / candidate)) return directory / candidate;
    if (!gzip) break;
  }
  throw std::runtime_error("--dataset: no such file: " + (directory / name).string() +
                           (gzip ? " (or .gz)" : ""));
}

void read_full(const std::filesystem::path& directory, DatasetConfig& config) {
  if (config.format == DatasetFormat::kMnistIdx) {
    config.images = standard_file(directory, "t10k-images-idx3-ubyte", true);
    config.labels = standard_file(directory, "t10k-labels-idx1-ubyte", true);
  } else {
    config.batches = {standard_file(directory, "test_batch.bin", false)};
  }
}

void check_channels(const Value& value, std::size_t count) {
  if (count == 0) fail(value, "needs one number, or one per channel");
}

}  // namespace

std::string to_string(DatasetFormat format) {
  return format == DatasetFormat::kMnistIdx ? "mnist_idx" : "cifar10_binary";
}

std::vector<std::filesystem::path> DatasetConfig::files() const {
  if (format == DatasetFormat::kMnistIdx) return {images, labels};
  return batches;
}

DatasetConfig read_dataset(const Value& dataset, const std::optional<std::filesystem::path>& full) {
  DatasetConfig config;
  const MapReader any(dataset, {"format", "images", "labels", "batches"});
  config.format = parse_format(any.require("format"));
  const bool mnist = config.format == DatasetFormat::kMnistIdx;
  const MapReader map(dataset, mnist ? std::vector<std::string_view>{"format", "images", "labels"}
                                     : std::vector<std::string_view>{"format", "batches"});
  if (full) {
    read_full(*full, config);
  } else if (mnist) {
    config.images = existing_file(map.require("images"));
    config.labels = existing_file(map.require("labels"));
  } else {
    const Value& batches = map.require("batches");
    for (const Value& batch : items_of(batches)) config.batches.push_back(existing_file(batch));
    if (config.batches.empty()) fail(batches, "names no file");
  }
  return config;
}

models::Preprocess read_preprocess(const Value& preprocess) {
  const MapReader map(preprocess, {"scale", "mean", "std"});
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

models::Dataset load_dataset(const DatasetConfig& config) {
  if (config.format == DatasetFormat::kMnistIdx) {
    return models::read_mnist_idx(config.images, config.labels);
  }
  return models::read_cifar10_binary(config.batches);
}

}  // namespace brownout::config

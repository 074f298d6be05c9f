// A file that does not fit is not the network's: its InputError is the answer no.
#include "sim/experiment/guessed_images.hpp"

#include <algorithm>
#include <utility>

#include "memory/base/input_error.hpp"
#include "models/engine/integer_engine.hpp"
#include "sim/experiment/inputs/dataset_loader.hpp"
#include "sim/experiment/results/score.hpp"
#include "sim/experiment/session/input_check.hpp"

namespace brownout::experiment {
namespace {

using config::DatasetConfig;
using config::DatasetFormat;
using models::Preprocess;
using std::filesystem::path;

constexpr std::int64_t kTriedImages = 100;
constexpr float kPixel = 1.0F / 255;

/// Of an idx file of images, the one of labels: t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte.
path labels_of(const path& images) {
  std::string name = images.filename().string();
  for (const auto& [from, to] : {std::pair("images", "labels"), std::pair("idx3", "idx1")}) {
    const std::size_t at = name.find(from);
    if (at != std::string::npos) name.replace(at, std::string(from).size(), to);
  }
  return images.parent_path() / name;
}

/// What a file may be; several where its name leaves that open.
std::vector<DatasetConfig> readings_of(const path& file) {
  const std::string name = file.filename().string();
  DatasetConfig dataset;
  if (file.extension() == ".npz") {
    dataset.format = DatasetFormat::kNpz;
    dataset.file = file;
    DatasetConfig channels_first = dataset;
    channels_first.axes = config::AxisOrder::kChannelsFirst;
    return {dataset, channels_first};
  }
  if (name == "test_batch.bin" || name == "test.bin") {
    dataset.format =
        name == "test.bin" ? DatasetFormat::kCifar100Binary : DatasetFormat::kCifar10Binary;
    dataset.batches = {file};
    return {dataset};
  }
  if (name.find("images") == std::string::npos || name.find("idx3") == std::string::npos) return {};
  dataset.images = file;
  dataset.labels = labels_of(file);
  return {dataset};
}

/// Nothing where the network cannot take it.
std::optional<models::Dataset> load(const DatasetConfig& config,
                                    const models::QuantizedNetwork& network) {
  const models::Shape& input = network.tensor(network.input).shape;
  try {
    models::Dataset dataset = load_dataset(config, input, {});
    models::preprocess_images(dataset, {}, input, 0, 1);
    const std::int64_t classes = network.tensor(network.output).shape.size();
    const auto greatest = std::max_element(dataset.labels.begin(), dataset.labels.end());
    if (greatest != dataset.labels.end() && *greatest >= classes) return {};
    return dataset;
  } catch (const InputError&) {
    return {};
  }
}

/// That of networks with so many channels.
std::vector<TriedPreprocess> usual_preprocessings(int channels) {
  const auto of = [](std::string name, float scale, std::vector<float> mean,
                     std::vector<float> std) {
    return TriedPreprocess{std::move(name), Preprocess{scale, std::move(mean), std::move(std)}};
  };
  std::vector<TriedPreprocess> usual = {
      of("pixels / 255", kPixel, {0}, {1}), of("-1 to 1", kPixel, {0.5F}, {0.5F}),
      of("pixels as they are", 1, {0}, {1}), of("pixels - 128", 1, {128}, {1})};
  if (channels == 1) usual.push_back(of("MNIST's mean and std", kPixel, {0.1307F}, {0.3081F}));
  if (channels == 3) {
    usual.push_back(of("CIFAR's mean and std", kPixel, {0.4914F, 0.4822F, 0.4465F},
                       {0.2470F, 0.2435F, 0.2616F}));
    usual.push_back(
        of("ImageNet's mean and std", kPixel, {0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}));
  }
  return usual;
}

void try_preprocessings(const models::Dataset& dataset, const models::QuantizedNetwork& network,
                        GuessedImages& guess) {
  if (dataset.pixels.empty() || dataset.labels.empty()) return;
  guess.tried_images = std::min(dataset.size(), kTriedImages);
  const auto labels = std::span(dataset.labels).first(static_cast<std::size_t>(guess.tried_images));
  const models::ActivationTensor& input = network.tensor(network.input);
  models::IntegerEngine engine(network);
  guess.tried = usual_preprocessings(dataset.shape.channels);
  for (TriedPreprocess& tried : guess.tried) {
    const auto codes = models::quantize_images(dataset, tried.preprocess, input, 0,
                                               guess.tried_images, network.arithmetic);
    tried.fills_range =
        input_range_note(models::preprocess_images(dataset, tried.preprocess, input.shape, 0,
                                                   guess.tried_images),
                         input)
            .empty();
    const Score score = classification_score(engine.run(codes).logits, labels);
    tried.top1 = score[Metric::kTop1].value().value;
  }
  std::stable_sort(guess.tried.begin(), guess.tried.end(),
                   [](const TriedPreprocess& a, const TriedPreprocess& b) {
                     return std::pair(a.fills_range, a.top1) > std::pair(b.fills_range, b.top1);
                   });
}

}  // namespace

std::optional<GuessedImages> guess_images(const path& network_file,
                                          const models::QuantizedNetwork& network) {
  const path directory = network_file.has_parent_path() ? network_file.parent_path() : ".";
  std::vector<path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.is_regular_file()) {
      files.push_back(network_file.parent_path() / entry.path().filename());
    }
  }
  std::sort(files.begin(), files.end());
  for (const path& file : files) {
    for (const DatasetConfig& config : readings_of(file)) {
      const auto dataset = load(config, network);
      const bool reconstruction =
          network.tensor(network.output).shape == network.tensor(network.input).shape;
      if (!dataset || (dataset->labels.empty() && !reconstruction)) continue;
      GuessedImages guess{.dataset = config,
                          .images = dataset->size(),
                          .reconstruction = reconstruction,
                          .tried_images = 0,
                          .tried = {}};
      if (!reconstruction) try_preprocessings(*dataset, network, guess);
      return guess;
    }
  }
  return {};
}

}  // namespace brownout::experiment

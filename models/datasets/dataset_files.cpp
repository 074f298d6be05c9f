// Readers of MNIST idx and CIFAR binary files, plain or gzip.
#include "models/datasets/dataset_files.hpp"

#include <zlib.h>

#include <array>
#include <memory>
#include <string>

#include "memory/base/input_error.hpp"
#include "models/git_lfs.hpp"

namespace brownout::models {
namespace {

using Bytes = std::vector<std::uint8_t>;

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& message) {
  throw InputError(message).within(path.string());
}

struct GzClose {
  void operator()(gzFile file) const { gzclose_r(file); }
};

/// The whole file, unpacked if it is gzip.
Bytes read_bytes(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) fail(path, "no such file");
  if (!std::filesystem::is_regular_file(status)) fail(path, "not a regular file");
  const std::unique_ptr<gzFile_s, GzClose> file(gzopen(path.c_str(), "rb"));
  if (!file) fail(path, "cannot be opened");
  Bytes bytes;
  std::array<std::uint8_t, 1 << 16> buffer{};
  for (;;) {
    const int count = gzread(file.get(), buffer.data(), buffer.size());
    int code = Z_OK;
    gzerror(file.get(), &code);
    if (count < 0 || code == Z_BUF_ERROR) fail(path, "damaged or truncated gzip data");
    if (count == 0) break;
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + count);
  }
  if (bytes.empty()) fail(path, "the file is empty");
  if (is_git_lfs_pointer(bytes)) fail(path, kGitLfsPointer);
  return bytes;
}

/// An idx file of unsigned bytes: its dimensions, and its elements behind the header.
struct Idx {
  std::vector<std::int64_t> dims;
  Bytes elements;
};

Idx read_idx(const std::filesystem::path& path, std::size_t rank) {
  Bytes bytes = read_bytes(path);
  const std::size_t header = 4 + 4 * rank;
  if (bytes.size() < header) fail(path, "truncated: shorter than an idx header");
  if (bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 8 || bytes[3] != rank) {
    fail(path, "no idx file of unsigned bytes with " + std::to_string(rank) + " dimensions");
  }
  Idx idx;
  double elements = 1;
  for (std::size_t d = 0; d < rank; ++d) {
    std::int64_t dim = 0;
    for (std::size_t i = 0; i < 4; ++i) dim = dim * 256 + bytes[4 + 4 * d + i];
    idx.dims.push_back(dim);
    elements *= static_cast<double>(dim);
  }
  const std::size_t present = bytes.size() - header;
  if (static_cast<double>(present) != elements) {
    fail(path, (static_cast<double>(present) < elements ? "truncated: " : "too long: ") +
                   std::to_string(present) + " bytes of elements where its header says " +
                   std::to_string(static_cast<std::int64_t>(elements)));
  }
  if (elements == 0) fail(path, "it holds no images");
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(header));
  idx.elements = std::move(bytes);
  return idx;
}

/// The records of one kind of CIFAR files: label bytes, then three planes of 32 x 32 pixels.
struct CifarRecord {
  const char* name;
  std::size_t label_bytes;  // the last of them is the label
  int classes;
};

Dataset read_cifar(const std::vector<std::filesystem::path>& files, const CifarRecord& record) {
  constexpr std::size_t kChannels = 3;
  constexpr std::size_t kPlane = std::size_t{32} * 32;
  const std::size_t size = record.label_bytes + kChannels * kPlane;
  const std::string name = record.name;
  if (files.empty()) throw InputError("no files are given").within(name);
  Dataset dataset{.shape = {.channels = 3, .height = 32, .width = 32}};
  for (const std::filesystem::path& path : files) {
    const Bytes bytes = read_bytes(path);
    if (bytes.size() % size != 0) {
      fail(path, "truncated or no " + name + " batch: " + std::to_string(bytes.size()) +
                     " bytes are no multiple of " + std::to_string(size));
    }
    for (std::size_t first = 0; first < bytes.size(); first += size) {
      const std::uint8_t label = bytes[first + record.label_bytes - 1];
      if (label >= record.classes) {
        fail(path, "no " + name + " batch: label " + std::to_string(label));
      }
      dataset.labels.push_back(label);
      const std::size_t planes = first + record.label_bytes;
      for (std::size_t i = 0; i < kPlane; ++i) {
        for (std::size_t c = 0; c < kChannels; ++c) {
          dataset.pixels.push_back(bytes[planes + c * kPlane + i]);
        }
      }
    }
  }
  return dataset;
}

}  // namespace

Dataset read_mnist_idx(const std::filesystem::path& images, const std::filesystem::path& labels) {
  Idx pixels = read_idx(images, 3);
  Idx classes = read_idx(labels, 1);
  if (pixels.dims[0] != classes.dims[0]) {
    fail(labels, std::to_string(classes.dims[0]) + " labels for " + std::to_string(pixels.dims[0]) +
                     " images in " + images.string());
  }
  return {.shape = {.channels = 1,
                    .height = static_cast<int>(pixels.dims[1]),
                    .width = static_cast<int>(pixels.dims[2])},
          .pixels = std::move(pixels.elements),
          .labels = {classes.elements.begin(), classes.elements.end()}};
}

Dataset read_cifar10_binary(const std::vector<std::filesystem::path>& batches) {
  return read_cifar(batches, {.name = "CIFAR-10", .label_bytes = 1, .classes = 10});
}

Dataset read_cifar100_binary(const std::vector<std::filesystem::path>& files) {
  return read_cifar(files, {.name = "CIFAR-100", .label_bytes = 2, .classes = 100});
}

}  // namespace brownout::models

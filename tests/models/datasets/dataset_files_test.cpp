// Readers of MNIST and CIFAR files, plain, gzipped and damaged.
#include "models/datasets/dataset_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <tuple>

#include "memory/base/input_error.hpp"

namespace brownout::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

std::filesystem::path write_file(const std::string& name, const Bytes& bytes) {
  const std::filesystem::path path = std::filesystem::path(::testing::TempDir()) / name;
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return path;
}

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "(accepted)";
}

const Bytes kImages = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2,  0,  0,
                       0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255};
const Bytes kLabels = {0, 0, 8, 1, 0, 0, 0, 2, 7, 3};

Bytes with(Bytes bytes, std::size_t index, std::uint8_t value) {
  bytes[index] = value;
  return bytes;
}

Bytes without_last(Bytes bytes) {
  bytes.pop_back();
  return bytes;
}

TEST(MnistIdx, ReadsImagesAndLabels) {
  const Dataset dataset =
      read_mnist_idx(write_file("images", kImages), write_file("labels", kLabels));
  EXPECT_EQ(dataset.size(), 2);
  EXPECT_EQ(dataset.shape, (Shape{1, 2, 3}));
  EXPECT_EQ(dataset.pixels, Bytes(kImages.begin() + 16, kImages.end()));
  EXPECT_THAT(dataset.labels, ElementsAre(7, 3));
}

TEST(MnistIdx, NamesFileAndReason) {
  const auto labels = write_file("labels", kLabels);
  const auto refused = [&](const Bytes& bytes) {
    const auto path = write_file("bad_images", bytes);
    const std::string message = refusal([&] { read_mnist_idx(path, labels); });
    EXPECT_THAT(message, HasSubstr(path.string()));
    return message;
  };
  EXPECT_THAT(refused({}), HasSubstr("empty"));
  EXPECT_THAT(refused({0, 0, 8}), HasSubstr("truncated"));
  EXPECT_THAT(refused(without_last(kImages)), HasSubstr("truncated: 11 bytes"));
  EXPECT_THAT(refused(with(kImages, 7, 1)), HasSubstr("too long"));
  EXPECT_THAT(refused(with(kImages, 2, 13)), HasSubstr("no idx file"));
  EXPECT_THAT(refused(kLabels), HasSubstr("truncated"));
  EXPECT_THAT(refused({0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3}), HasSubstr("no images"));
  const auto images = write_file("images", kImages);
  const auto three = write_file("three", {0, 0, 8, 1, 0, 0, 0, 3, 7, 3, 1});
  EXPECT_THAT(refusal([&] { read_mnist_idx(images, three); }), HasSubstr("3 labels for 2 images"));
  EXPECT_THAT(refusal([&] { read_mnist_idx("no/such/file", labels); }),
              HasSubstr("no/such/file: no such file"));
}

TEST(MnistIdx, ReadsGzipAndRefusesTruncatedGzip) {
  const auto images = write_file("zipped", kImages);
  const auto labels = write_file("labels", kLabels);
  if (std::system(("gzip -kf '" + images.string() + "'").c_str()) != 0) GTEST_SKIP() << "no gzip";
  const std::filesystem::path zipped = images.string() + ".gz";
  EXPECT_EQ(read_mnist_idx(zipped, labels).pixels, read_mnist_idx(images, labels).pixels);
  std::filesystem::resize_file(zipped, std::filesystem::file_size(zipped) - 9);
  EXPECT_THAT(refusal([&] { read_mnist_idx(zipped, labels); }), HasSubstr("truncated"));
}

Bytes cifar_batch(int images) {
  Bytes bytes;
  for (int i = 0; i < images; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(i % 10));
    for (int value = 0; value < 3072; ++value) {
      bytes.push_back(static_cast<std::uint8_t>((value * 7 + value / 1024 * 50 + i) % 256));
    }
  }
  return bytes;
}

TEST(Cifar10Binary, TurnsPlanesIntoPixelsAndConcatenates) {
  const Bytes bytes = cifar_batch(3);
  const auto path = write_file("batch.bin", bytes);
  const Dataset dataset = read_cifar10_binary({path, path});
  EXPECT_EQ(dataset.size(), 6);
  EXPECT_EQ(dataset.shape, (Shape{3, 32, 32}));
  EXPECT_THAT(dataset.labels, ElementsAre(0, 1, 2, 0, 1, 2));
  for (const std::size_t image : {0U, 2U, 5U}) {
    for (const auto& [c, h, w] :
         {std::tuple{0, 0, 1}, std::tuple{1, 3, 31}, std::tuple{2, 31, 5}}) {
      const auto from = (image % 3) * 3073 + 1 + static_cast<std::size_t>(c * 1024 + h * 32 + w);
      EXPECT_EQ(
          dataset.pixels[image * 3072 + static_cast<std::size_t>(dataset.shape.index(c, h, w))],
          bytes[from]);
    }
  }
}

TEST(Cifar10Binary, NamesFileAndReason) {
  const auto refused = [](const Bytes& bytes) {
    const auto path = write_file("bad_batch.bin", bytes);
    const std::string message = refusal([&] { read_cifar10_binary({path}); });
    EXPECT_THAT(message, HasSubstr(path.string()));
    return message;
  };
  EXPECT_THAT(refused({}), HasSubstr("empty"));
  EXPECT_THAT(refused(without_last(cifar_batch(2))), HasSubstr("truncated"));
  EXPECT_THAT(refused(with(cifar_batch(1), 0, 10)), HasSubstr("label 10"));
  EXPECT_THAT(refusal([] { read_cifar10_binary({}); }), HasSubstr("no files"));
  EXPECT_THAT(refusal([] { read_cifar10_binary({::testing::TempDir()}); }),
              HasSubstr("not a regular file"));
}

TEST(Cifar100Binary, TakesTheFineLabelOfEachRecord) {
  Bytes bytes;
  for (const int fine : {99, 3}) {
    bytes.push_back(19);
    bytes.push_back(static_cast<std::uint8_t>(fine));
    for (int value = 0; value < 3072; ++value) {
      bytes.push_back(static_cast<std::uint8_t>((value * 11 + fine) % 256));
    }
  }
  const Dataset dataset = read_cifar100_binary({write_file("test.bin", bytes)});
  EXPECT_THAT(dataset.labels, ElementsAre(99, 3));
  EXPECT_EQ(dataset.pixels[0], bytes[2]);
  EXPECT_EQ(dataset.pixels[1], bytes[2 + 1024]) << "channels stand together";
  EXPECT_EQ(dataset.pixels.back(), bytes.back());
  const auto bad = write_file("bad_test.bin", with(bytes, 1, 100));
  EXPECT_THAT(refusal([&] { read_cifar100_binary({bad}); }), HasSubstr("label 100"));
  const auto cifar10 = write_file("cifar10.bin", cifar_batch(1));
  EXPECT_THAT(refusal([&] { read_cifar100_binary({cifar10}); }), HasSubstr("no multiple of 3074"));
}

}  // namespace
}  // namespace brownout::models

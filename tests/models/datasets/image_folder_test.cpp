// Folders of images by class: decoding, sizes, and what is refused. Equality with Pillow:
// tests/python/test_datasets.py.
#include "models/datasets/image_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>
#include <turbojpeg.h>

#include <fstream>
#include <functional>
#include <numeric>
#include <string>

#include "memory/base/input_error.hpp"

namespace brownout::models {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "(accepted)";
}

/// An empty folder of this test.
fs::path new_folder(const std::string& name) {
  const fs::path folder = fs::path(::testing::TempDir()) / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

Image gradient(int height, int width, int channels) {
  Image image{.height = height, .width = width, .channels = channels, .pixels = {}};
  image.pixels.resize(static_cast<std::size_t>(height * width * channels));
  std::iota(image.pixels.begin(), image.pixels.end(), std::uint8_t{0});
  return image;
}

fs::path write_png(const fs::path& path, const Image& image, png_uint_32 format) {
  fs::create_directories(path.parent_path());
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(image.width);
  png.height = static_cast<png_uint_32>(image.height);
  png.format = format;
  EXPECT_NE(png_image_write_to_file(&png, path.c_str(), 0, image.pixels.data(), 0, nullptr), 0);
  return path;
}

TEST(ImageFolder, LabelsFoldersAndFilesByName) {
  const fs::path folder = new_folder("labels");
  const Image red = gradient(2, 3, 3);
  const Image grey = gradient(2, 3, 1);
  write_png(folder / "b_cat/2.png", grey, PNG_FORMAT_GRAY);
  write_png(folder / "b_cat/1.PNG", red, PNG_FORMAT_RGB);
  write_png(folder / "a_dog/9.png", red, PNG_FORMAT_RGB);
  std::ofstream(folder / ".hidden") << "not seen";
  const auto files = list_image_folder(folder);
  const Dataset dataset = read_image_folder(files, {}, 3);
  EXPECT_THAT(dataset.labels, ElementsAre(0, 1, 1));
  EXPECT_EQ(dataset.shape, (Shape{3, 2, 3}));
  const std::vector<std::uint8_t> first(dataset.pixels.begin(), dataset.pixels.begin() + 18);
  EXPECT_EQ(first, red.pixels);
  for (std::size_t i = 0; i < 18; ++i) EXPECT_EQ(dataset.pixels[36 + i], i / 3) << "grey as RGB";
  EXPECT_THAT(refusal([&] { read_image_folder(files, {}, 1); }), HasSubstr("a colour image"));
}

TEST(ImageFolder, TakesTheClassesInTurn) {
  const fs::path folder = new_folder("turns");
  for (const char* name : {"a/1.png", "a/2.png", "a/3.png", "b/7.png", "c/1.png", "c/2.png"}) {
    write_png(folder / name, gradient(1, 1, 1), PNG_FORMAT_GRAY);
  }
  std::vector<std::string> order;
  for (const LabelledFile& file : list_image_folder(folder)) {
    order.push_back(fs::relative(file.path, folder).string());
  }
  EXPECT_THAT(order, ElementsAre("a/1.png", "b/7.png", "c/1.png", "a/2.png", "c/2.png", "a/3.png"));
}

TEST(ImageFolder, ReadsJpeg) {
  const fs::path folder = new_folder("jpeg");
  fs::create_directories(folder / "0");
  Image flat = gradient(16, 16, 1);
  std::fill(flat.pixels.begin(), flat.pixels.end(), std::uint8_t{77});
  unsigned char* jpeg = nullptr;
  unsigned long size = 0;  // NOLINT(google-runtime-int)
  tjhandle encoder = tjInitCompress();
  ASSERT_EQ(tjCompress2(encoder, flat.pixels.data(), 16, 0, 16, TJPF_GRAY, &jpeg, &size,
                        TJSAMP_GRAY, 95, 0),
            0);
  const std::string bytes(reinterpret_cast<const char*>(jpeg), size);
  tjFree(jpeg);
  tjDestroy(encoder);
  std::ofstream(folder / "0/flat.jpg", std::ios::binary) << bytes;
  EXPECT_EQ(read_image(folder / "0/flat.jpg", 1).pixels, flat.pixels);
  std::ofstream(folder / "0/cut.jpg", std::ios::binary) << bytes.substr(0, bytes.size() / 2);
  EXPECT_THAT(refusal([&] { read_image(folder / "0/cut.jpg", 1); }), HasSubstr("damaged JPEG"));
}

TEST(ImageFolder, NamesFileAndReason) {
  const fs::path folder = new_folder("bad");
  EXPECT_THAT(refusal([&] { list_image_folder(folder / "none"); }), HasSubstr("no such folder"));
  EXPECT_THAT(refusal([&] { list_image_folder(folder); }), HasSubstr("holds no images"));
  const fs::path png = write_png(folder / "0/a.png", gradient(4, 4, 3), PNG_FORMAT_RGB);
  write_png(folder / "1/b.png", gradient(4, 5, 3), PNG_FORMAT_RGB);
  EXPECT_THAT(refusal([&] { read_image_folder(list_image_folder(folder), {}, 3); }),
              HasSubstr("b.png: 4 x 5 pixels where"));
  EXPECT_THAT(refusal([&] {
                read_image_folder(list_image_folder(folder), {.crop = ImageSize{4, 5}}, 3);
              }),
              HasSubstr("a.png: a crop of 4 x 5 out of an image of 4 x 4"));
  write_png(folder / "1/b.png", gradient(4, 4, 4), PNG_FORMAT_RGBA);
  EXPECT_THAT(refusal([&] { read_image(folder / "1/b.png", 3); }), HasSubstr("transparency"));
  fs::resize_file(png, fs::file_size(png) / 2);
  EXPECT_THAT(refusal([&] { read_image(png, 3); }), HasSubstr("a.png: damaged PNG"));
  fs::resize_file(png, 0);
  EXPECT_THAT(refusal([&] { read_image(png, 3); }), HasSubstr("neither a PNG nor a JPEG"));
  std::ofstream(folder / "1/notes.txt") << "x";
  EXPECT_THAT(refusal([&] { list_image_folder(folder); }), HasSubstr("notes.txt: not named"));
  std::ofstream(folder / "readme") << "x";
  fs::remove(folder / "1/notes.txt");
  EXPECT_THAT(refusal([&] { list_image_folder(folder); }), HasSubstr("readme: not a folder"));
}

TEST(ImageResize, KeepsTheRatioAndTheCentre) {
  const Image image = gradient(5, 8, 1);
  const Image same = fit(image, {});
  EXPECT_EQ(same.pixels, image.pixels);
  const Image halved = fit(image, {.shorter_side = 2});
  EXPECT_EQ(halved.height, 2);
  EXPECT_EQ(halved.width, 3) << "2 * 8 / 5, rounded down";
  const Image centre = fit(image, {.crop = ImageSize{1, 2}});
  EXPECT_THAT(centre.pixels, ElementsAre(2 * 8 + 3, 2 * 8 + 4));
}

TEST(ImageResize, KeepsAFlatImageFlat) {
  Image flat = gradient(7, 9, 3);
  std::fill(flat.pixels.begin(), flat.pixels.end(), std::uint8_t{201});
  for (const ImageSize size : {ImageSize{3, 4}, ImageSize{20, 5}, ImageSize{1, 1}}) {
    const Image result = resize(flat, size);
    ASSERT_EQ(result.pixels.size(), static_cast<std::size_t>(size.height * size.width * 3));
    for (const std::uint8_t pixel : result.pixels) EXPECT_EQ(pixel, 201);
  }
}

}  // namespace
}  // namespace brownout::models

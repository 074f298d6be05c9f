#include "models/datasets/image_file.hpp"

#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fstream>
#include <iterator>
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

Bytes read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path, "cannot be opened");
  Bytes bytes{std::istreambuf_iterator<char>(file), {}};
  if (is_git_lfs_pointer(bytes)) fail(path, kGitLfsPointer);
  return bytes;
}

// What a header claims is checked before memory is given to it.
Image blank(const std::filesystem::path& path, std::uint64_t height, std::uint64_t width,
            int channels) {
  constexpr std::uint64_t kMostPixels = std::uint64_t{1} << 28U;
  if (height == 0 || width == 0 || height * width > kMostPixels) {
    fail(path, "an image of " + std::to_string(height) + " x " + std::to_string(width) +
                   " pixels; 1 to 2^28 are allowed");
  }
  return {.height = static_cast<int>(height),
          .width = static_cast<int>(width),
          .channels = channels,
          .pixels = Bytes(height * width * static_cast<unsigned>(channels))};
}

void require_grey(const std::filesystem::path& path, bool grey, int channels) {
  if (channels == 1 && !grey) fail(path, "a colour image where 1 channel is wanted");
}

struct FreePng {
  void operator()(png_image* image) const { png_image_free(image); }
};

Image decode_png(const std::filesystem::path& path, const Bytes& bytes, int channels) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, FreePng> freed(&png);
  if (png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) == 0) {
    fail(path, std::string("damaged PNG: ") + png.message);
  }
  if ((png.format & PNG_FORMAT_FLAG_ALPHA) != 0) {
    fail(path, "a PNG with transparency; flatten it first");
  }
  require_grey(path, (png.format & PNG_FORMAT_FLAG_COLOR) == 0, channels);
  Image image = blank(path, png.height, png.width, channels);
  png.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  const int finished = png_image_finish_read(&png, nullptr, image.pixels.data(), 0, nullptr);
  if (finished == 0 || png.warning_or_error != 0) {
    fail(path, std::string("damaged PNG: ") + png.message);
  }
  return image;
}

struct CloseDecoder {
  void operator()(void* decoder) const { tjDestroy(decoder); }
};

Image decode_jpeg(const std::filesystem::path& path, const Bytes& bytes, int channels) {
  const std::unique_ptr<void, CloseDecoder> decoder(tjInitDecompress());
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colours = 0;
  const auto size = static_cast<unsigned long>(bytes.size());  // NOLINT(google-runtime-int)
  if (tjDecompressHeader3(decoder.get(), bytes.data(), size, &width, &height, &subsampling,
                          &colours) != 0) {
    fail(path, std::string("damaged JPEG: ") + tjGetErrorStr2(decoder.get()));
  }
  require_grey(path, colours == TJCS_GRAY, channels);
  if (width < 0 || height < 0) fail(path, "damaged JPEG: a negative size");
  Image image = blank(path, static_cast<unsigned>(height), static_cast<unsigned>(width), channels);
  if (tjDecompress2(decoder.get(), bytes.data(), size, image.pixels.data(), width, 0, height,
                    channels == 1 ? TJPF_GRAY : TJPF_RGB, TJFLAG_STOPONWARNING) != 0) {
    fail(path, std::string("damaged JPEG: ") + tjGetErrorStr2(decoder.get()));
  }
  return image;
}

}  // namespace

bool is_image_name(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

Image read_image(const std::filesystem::path& path, int channels) {
  const Bytes bytes = read_bytes(path);
  constexpr Bytes::size_type kSignature = 8;
  if (bytes.size() >= kSignature && png_sig_cmp(bytes.data(), 0, kSignature) == 0) {
    return decode_png(path, bytes, channels);
  }
  if (bytes.size() >= 2 && bytes[0] == 0xff && bytes[1] == 0xd8) {
    return decode_jpeg(path, bytes, channels);
  }
  fail(path, "neither a PNG nor a JPEG file");
}

}  // namespace brownout::models

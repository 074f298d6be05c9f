// Decodes PNG and JPEG files, with libpng and libjpeg-turbo.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace brownout::models {

struct Image {
  int height = 0;
  int width = 0;
  int channels = 0;                  ///< 3 (RGB) or 1 (grey)
  std::vector<std::uint8_t> pixels;  ///< height x width x channels
};

/// True for the file names that read_image takes: .png, .jpg, .jpeg in any case.
bool is_image_name(const std::filesystem::path& path);

/// Grey files give RGB when 3 channels are asked for. Throws InputError naming the file:
/// damaged, neither PNG nor JPEG, transparent, larger than 2^28 pixels, colour where 1 channel is
/// asked for.
Image read_image(const std::filesystem::path& path, int channels);

}  // namespace brownout::models

// Brings images to the size that a network takes: resize, then crop.
#pragma once

#include <optional>

#include "models/datasets/image_file.hpp"

namespace brownout::models {

struct ImageSize {
  int height = 0;
  int width = 0;

  bool operator==(const ImageSize&) const = default;
};

/// At most one of the two resizes.
struct ImageFit {
  std::optional<int> shorter_side = {};  ///< the other side keeps the ratio, rounded down
  std::optional<ImageSize> resize = {};
  std::optional<ImageSize> crop = {};  ///< from the centre

  bool operator==(const ImageFit&) const = default;
};

/// Triangle filter, widened where it shrinks; columns first, then rows, 8-bit values in between,
/// coefficients of 22 bits: to the bit what Pillow's Image.resize(BILINEAR) gives.
Image resize(const Image& image, const ImageSize& size);
/// The centre, as torchvision's CenterCrop takes it (halves round to even). Throws
/// InputError when the image is smaller.
Image crop_centre(const Image& image, const ImageSize& size);
Image fit(const Image& image, const ImageFit& fit);

}  // namespace brownout::models

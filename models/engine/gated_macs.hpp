// Counts multiplications by a zero activation, from a static map of how often each input element is
// read; private to this folder.
#pragma once

#include <cstdint>
#include <vector>

#include "models/quantized_network.hpp"

namespace brownout::models {

class GatedMacs {
 public:
  GatedMacs(const QuantizedNetwork& network, const Convolution& convolution);

  /// Of one image: window elements equal to the zero point, padding included, times the output
  /// channels that each of them meets.
  std::uint64_t count(const std::uint8_t* codes) const;

 private:
  std::int64_t elements_;
  std::uint8_t zero_point_;
  std::uint64_t padding_elements_;  ///< of all windows of an image
  std::uint64_t outputs_per_element_;
  /// Windows that read an element, NHWC; a number above 255 is the sum of several planes.
  std::vector<std::vector<std::uint8_t>> planes_;
};

}  // namespace brownout::models

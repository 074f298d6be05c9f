// Signs that the images are not what the network was made for: wrong preprocessing, labels, order
// of channels. They refuse nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "models/quantized_network.hpp"

namespace brownout::experiment {

/// About network inputs before their quantization: more than 2 % of them lie outside the range that
/// `input` can hold, or all within 40 % of it. Empty: nothing to say.
std::string input_range_note(std::span<const float> values, const models::ActivationTensor& input);

/// About an accuracy without faults: the share that guessing has of so many classes lies within the
/// 95 % interval of `top1`, or above. Empty: nothing to say.
std::string guessing_note(double top1, std::int64_t images, std::int64_t classes);

}  // namespace brownout::experiment

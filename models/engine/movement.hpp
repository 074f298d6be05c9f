// Moves codes of one image without any arithmetic: concatenation, padding, cropping, copies in
// another order. Private to this folder.
#pragma once

#include <cstdint>
#include <span>

#include "models/quantized_network.hpp"

namespace brownout::models {

/// `inputs` and `shapes` in the order of the concatenation.
void concatenate(Axis axis, std::span<const std::uint8_t* const> inputs,
                 std::span<const Shape> shapes, std::uint8_t* output);

void pad(const Padding& padding, const Shape& input_shape, const std::uint8_t* input,
         const Shape& output_shape, std::uint8_t* output);

void copy_strided(const StridedCopy& copy, const std::uint8_t* input, std::uint8_t* output);

}  // namespace brownout::models

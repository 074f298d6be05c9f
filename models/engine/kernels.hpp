// The hot loops of nodes without weights over NHWC buffers, compiled for several instruction sets
// and chosen at run time. The formulas are those of arithmetic.hpp; private to this folder.
#pragma once

#include <cstdint>

#include "models/arithmetic/arithmetic.hpp"

namespace brownout::models {

void add_codes(const Adder& adder, const std::uint8_t* left, const std::uint8_t* right,
               std::uint8_t* output, std::int64_t count);

void multiply_codes(const Multiplier& multiplier, const std::uint8_t* left,
                    const std::uint8_t* right, std::uint8_t* output, std::int64_t count);

/// One image.
void pool_image(const Pooler& pooler, const Pooling& pooling, const Shape& input_shape,
                const Shape& output_shape, const std::uint8_t* input, std::uint8_t* output);

/// Sum of weights[i] over the codes that equal `code`.
std::uint64_t sum_where_equal(const std::uint8_t* codes, const std::uint8_t* weights,
                              std::int64_t count, std::uint8_t code);

}  // namespace brownout::models

// Weight <-> code. Both encodings keep the low bits of the value; offset binary inverts the top
// one.
#include "memory/encoding.hpp"

#include <stdexcept>

#include "memory/text_number.hpp"

namespace brownout::memory {
namespace {

constexpr int kMostBits = 16;

std::uint32_t top_bit(int bits) {
  if (bits < 2 || bits > kMostBits) {
    throw std::logic_error("a weight of " + std::to_string(bits) + " bits cannot be encoded");
  }
  return std::uint32_t{1} << (bits - 1);
}

// Offset binary is the value plus 2^(bits-1): two's complement with the top bit inverted.
std::uint32_t inverted_bits(Encoding encoding, std::uint32_t top) {
  return encoding == Encoding::kOffsetBinary ? top : 0;
}

}  // namespace

Encoding parse_encoding(std::string_view name) {
  for (const Encoding encoding : {Encoding::kTwosComplement, Encoding::kOffsetBinary}) {
    if (name == to_string(encoding)) return encoding;
  }
  throw std::runtime_error(in_quotes(name) + " is not an encoding: twos_complement, offset_binary");
}

std::string to_string(Encoding encoding) {
  switch (encoding) {
    case Encoding::kTwosComplement:
      return "twos_complement";
    case Encoding::kOffsetBinary:
      return "offset_binary";
  }
  throw std::logic_error("an encoding without a name");
}

std::uint32_t encode(Encoding encoding, int value, int bits) {
  const std::uint32_t top = top_bit(bits);
  const int limit = static_cast<int>(top);
  if (value < -limit || value >= limit) {
    throw std::logic_error("the weight " + std::to_string(value) + " does not fit in " +
                           std::to_string(bits) + " bits");
  }
  const std::uint32_t low_bits = static_cast<std::uint32_t>(value) & (2 * top - 1);
  return low_bits ^ inverted_bits(encoding, top);
}

int decode(Encoding encoding, std::uint32_t code, int bits) {
  const std::uint32_t top = top_bit(bits);
  const std::uint32_t offset_code = (code ^ inverted_bits(encoding, top) ^ top) & (2 * top - 1);
  return static_cast<int>(offset_code) - static_cast<int>(top);
}

}  // namespace brownout::memory

// Weight <-> code, by way of the offset code: the value plus 2^(bits-1), which is never negative.
#include "memory/encoding.hpp"

#include <stdexcept>

#include "memory/numbers/text_number.hpp"

namespace brownout::memory {
namespace {

constexpr int kMostBits = 16;
constexpr Encoding kEncodings[] = {Encoding::kTwosComplement, Encoding::kOffsetBinary,
                                   Encoding::kSignMagnitude, Encoding::kGray};

std::uint32_t top_bit(int bits) {
  if (bits < 2 || bits > kMostBits) {
    throw std::logic_error("a weight of " + std::to_string(bits) + " bits cannot be encoded");
  }
  return std::uint32_t{1} << (bits - 1);
}

// Each bit of the result is the sum (without carry) of that bit and all above it.
std::uint32_t from_gray(std::uint32_t code) {
  for (int shift = 1; shift < kMostBits; shift *= 2) code ^= code >> shift;
  return code;
}

}  // namespace

Encoding parse_encoding(std::string_view name) {
  std::string names;
  for (const Encoding encoding : kEncodings) {
    if (name == to_string(encoding)) return encoding;
    names += (names.empty() ? "" : ", ") + to_string(encoding);
  }
  throw std::runtime_error(in_quotes(name) + " is not an encoding: " + names);
}

std::string to_string(Encoding encoding) {
  switch (encoding) {
    case Encoding::kTwosComplement:
      return "twos_complement";
    case Encoding::kOffsetBinary:
      return "offset_binary";
    case Encoding::kSignMagnitude:
      return "sign_magnitude";
    case Encoding::kGray:
      return "gray";
  }
  throw std::logic_error("an encoding without a name");
}

int lowest_value(Encoding encoding, int bits) {
  const int limit = static_cast<int>(top_bit(bits));
  return encoding == Encoding::kSignMagnitude ? 1 - limit : -limit;
}

void require_storable(Encoding encoding, std::span<const std::int8_t> values, int bits) {
  const int lowest = lowest_value(encoding, bits);
  for (const std::int8_t value : values) {
    if (value >= lowest) continue;
    throw std::runtime_error("the weight " + std::to_string(value) + " cannot be stored as " +
                             to_string(encoding) + " of " + std::to_string(bits) +
                             " bits, which begins at " + std::to_string(lowest));
  }
}

std::uint32_t encode(Encoding encoding, int value, int bits) {
  const std::uint32_t top = top_bit(bits);
  const int limit = static_cast<int>(top);
  if (value < lowest_value(encoding, bits) || value >= limit) {
    throw std::logic_error("the weight " + std::to_string(value) + " does not fit in " +
                           std::to_string(bits) + " bits of " + to_string(encoding));
  }
  const auto offset = static_cast<std::uint32_t>(value + limit);
  switch (encoding) {
    case Encoding::kTwosComplement:
      return offset ^ top;
    case Encoding::kOffsetBinary:
      return offset;
    case Encoding::kSignMagnitude:
      return value < 0 ? top | static_cast<std::uint32_t>(-value)
                       : static_cast<std::uint32_t>(value);
    case Encoding::kGray:
      return offset ^ offset >> 1;
  }
  throw std::logic_error("an encoding without a code");
}

int decode(Encoding encoding, std::uint32_t code, int bits) {
  const std::uint32_t top = top_bit(bits);
  const std::uint32_t low_bits = code & (2 * top - 1);
  const auto of_offset = [&](std::uint32_t offset) {
    return static_cast<int>(offset) - static_cast<int>(top);
  };
  switch (encoding) {
    case Encoding::kTwosComplement:
      return of_offset(low_bits ^ top);
    case Encoding::kOffsetBinary:
      return of_offset(low_bits);
    case Encoding::kSignMagnitude: {
      const int magnitude = static_cast<int>(low_bits & (top - 1));
      return (low_bits & top) != 0 ? -magnitude : magnitude;
    }
    case Encoding::kGray:
      return of_offset(from_gray(low_bits));
  }
  throw std::logic_error("an encoding without a code");
}

}  // namespace brownout::memory

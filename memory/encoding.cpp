// Weight <-> code, by way of the offset code: the value plus 2^(bits-1), which is never negative;
// of one bit 0 for -1 and 1 for +1.
#include "memory/encoding.hpp"

#include <cstdlib>
#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::memory {
namespace {

constexpr int kMostBits = 16;
constexpr Encoding kEncodings[] = {Encoding::kTwosComplement, Encoding::kOffsetBinary,
                                   Encoding::kSignMagnitude, Encoding::kGray};

std::uint32_t top_bit(int bits) {
  if (bits < 1 || bits > kMostBits) {
    throw std::logic_error("a weight of " + std::to_string(bits) + " bits cannot be encoded");
  }
  return std::uint32_t{1} << (bits - 1);
}

bool has_code(Encoding encoding, int value, int bits) {
  if (bits == 1) return value == -1 || value == 1;
  return value >= lowest_value(encoding, bits) && value < static_cast<int>(top_bit(bits));
}

std::uint32_t offset_of(int value, int bits) {
  const int limit = static_cast<int>(top_bit(bits));
  return static_cast<std::uint32_t>(bits == 1 ? (value + 1) / 2 : value + limit);
}

int value_of(std::uint32_t offset, int bits) {
  const auto place = static_cast<int>(offset);
  return bits == 1 ? 2 * place - 1 : place - static_cast<int>(top_bit(bits));
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
  throw InputError(in_quotes(name) + " is not an encoding: " + names);
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
  return encoding == Encoding::kSignMagnitude && bits > 1 ? 1 - limit : -limit;
}

void require_storable(Encoding encoding, std::span<const std::int8_t> values, int bits) {
  const int lowest = lowest_value(encoding, bits);
  for (const std::int8_t value : values) {
    if (value >= lowest) continue;
    throw InputError("the weight " + std::to_string(value) + " cannot be stored as " +
                     to_string(encoding) + " of " + std::to_string(bits) +
                     " bits, which begins at " + std::to_string(lowest));
  }
}

std::uint32_t encode(Encoding encoding, int value, int bits) {
  const std::uint32_t top = top_bit(bits);
  if (!has_code(encoding, value, bits)) {
    throw std::logic_error("the weight " + std::to_string(value) + " does not fit in " +
                           std::to_string(bits) + " bits of " + to_string(encoding));
  }
  const std::uint32_t offset = offset_of(value, bits);
  const std::uint32_t sign = value < 0 ? top : 0;
  switch (encoding) {
    case Encoding::kTwosComplement:
      return offset ^ top;
    case Encoding::kOffsetBinary:
      return offset;
    case Encoding::kSignMagnitude:
      return bits == 1 ? sign : sign | static_cast<std::uint32_t>(std::abs(value));
    case Encoding::kGray:
      return offset ^ offset >> 1;
  }
  throw std::logic_error("an encoding without a code");
}

int decode(Encoding encoding, std::uint32_t code, int bits) {
  const std::uint32_t top = top_bit(bits);
  const std::uint32_t low_bits = code & (2 * top - 1);
  switch (encoding) {
    case Encoding::kTwosComplement:
      return value_of(low_bits ^ top, bits);
    case Encoding::kOffsetBinary:
      return value_of(low_bits, bits);
    case Encoding::kSignMagnitude: {
      const int magnitude = bits == 1 ? 1 : static_cast<int>(low_bits & (top - 1));
      return (low_bits & top) != 0 ? -magnitude : magnitude;
    }
    case Encoding::kGray:
      return value_of(from_gray(low_bits), bits);
  }
  throw std::logic_error("an encoding without a code");
}

}  // namespace brownout::memory

#include "memory/read_mask.hpp"

#include <stdexcept>
namespace brownout::memory {
namespace {

/// What the lower bits of a code hold whose value is nearest to 0 on its side.
bool nearest_to_zero(Encoding encoding, bool top_bit) {
  switch (encoding) {
    case Encoding::kTwosComplement:  // 0000..., 1111...
      return top_bit;
    case Encoding::kOffsetBinary:  // 1000..., 0111...
      return !top_bit;
    case Encoding::kSignMagnitude:
      return false;
    case Encoding::kGray:
      break;
  }
  throw std::logic_error("a mask of bits of a code without a sign bit");
}

}  // namespace

std::string to_string(ReadMask mask) {
  switch (mask) {
    case ReadMask::kNone:
      return "none";
    case ReadMask::kWord:
      return "word_mask";
    case ReadMask::kBit:
      return "bit_mask";
  }
  throw std::logic_error("a read mask without a name");
}

std::uint32_t masked(ReadMask mask, Encoding encoding, std::uint32_t code, int bits,
                     std::uint32_t faulty) {
  if (mask == ReadMask::kNone || faulty == 0) return code;
  const std::uint32_t top = std::uint32_t{1} << (bits - 1);
  if (mask == ReadMask::kWord || (faulty & top) != 0) return encode(encoding, 0, bits);
  const bool ones = nearest_to_zero(encoding, (code & top) != 0);
  return ones ? code | faulty : code & ~faulty;
}

}  // namespace brownout::memory

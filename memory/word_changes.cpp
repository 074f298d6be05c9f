#include "memory/word_changes.hpp"

#include <algorithm>
#include <bit>

namespace brownout::memory {
namespace {

/// The bits of a word, each `places` further up; those at the top come back in at the bottom.
WideBits rotated(const WideBits& data, std::uint32_t places, std::uint32_t word_bits) {
  if (places == 0) return data;
  WideBits result;
  const auto copy = [&](std::uint32_t from, std::uint32_t to, std::uint32_t count) {
    for (std::uint32_t done = 0; done < count; done += WideBits::kPartBits) {
      const std::uint32_t here = std::min(WideBits::kPartBits, count - done);
      result.put(to + done, data.field(from + done, here));
    }
  };
  copy(0, places, word_bits - places);
  copy(word_bits - places, 0, places);
  return result;
}

std::uint32_t back(std::uint32_t rotation, std::uint32_t word_bits) {
  return rotation == 0 ? 0 : word_bits - rotation;
}

}  // namespace

std::uint32_t WordChanges::flag_bits(std::uint32_t word_bits) const {
  const auto of_rotation = static_cast<std::uint32_t>(std::bit_width(word_bits - 1));
  return (sign_flip ? 1U : 0U) + (bit_flip ? 1U : 0U) + (rotate ? of_rotation : 0U);
}

std::uint64_t WordChanges::bits_of(const WordFlags& flags) const {
  std::uint64_t bits = rotate ? flags.rotation : 0;
  if (bit_flip) bits = bits << 1 | (flags.inverted == WideBits{} ? 0U : 1U);
  if (sign_flip) bits = bits << 1 | (flags.negated == WideBits{} ? 0U : 1U);
  return bits;
}

WordFlags WordChanges::flags_of(std::uint64_t bits, std::uint32_t word_bits) const {
  WordFlags flags;
  if (sign_flip) {
    if ((bits & 1) != 0) flags.negated = WideBits::ones(word_bits);
    bits >>= 1;
  }
  if (bit_flip) {
    if ((bits & 1) != 0) flags.inverted = WideBits::ones(word_bits);
    bits >>= 1;
  }
  // Cells that fail may tell of more places than a word has.
  if (rotate) flags.rotation = static_cast<std::uint32_t>(bits % word_bits);
  return flags;
}

WordMask seen_through(const WordFlags& flags, const WordMask& cells, std::uint32_t word_bits) {
  const std::uint32_t places = back(flags.rotation, word_bits);
  WordMask seen = cells;
  seen.stuck_at_0.data = rotated(cells.stuck_at_0.data, places, word_bits);
  seen.stuck_at_1.data = rotated(cells.stuck_at_1.data, places, word_bits);
  seen.flip.data = rotated(cells.flip.data, places, word_bits);
  const WideBits changed = (seen.stuck_at_0.data ^ seen.stuck_at_1.data) & flags.inverted;
  seen.stuck_at_0.data = seen.stuck_at_0.data ^ changed;
  seen.stuck_at_1.data = seen.stuck_at_1.data ^ changed;
  return seen;
}

WideBits misread(const WideBits& data, const WordFlags& written, const WordFlags& read,
                 std::uint32_t word_bits) {
  const WideBits cells = rotated(data ^ written.inverted, written.rotation, word_bits);
  return rotated(cells, back(read.rotation, word_bits), word_bits) ^ read.inverted;
}

std::uint32_t bit_on(std::uint32_t cell, const WordFlags& flags, std::uint32_t word_bits) {
  return (cell + back(flags.rotation, word_bits)) % word_bits;
}

}  // namespace brownout::memory

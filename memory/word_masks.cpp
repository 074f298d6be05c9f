#include "memory/word_masks.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <string>

#include "memory/base/input_error.hpp"

namespace brownout::memory {
namespace {

/// Bits 0, 2, 4, ... of a value, packed from bit 0.
constexpr std::uint64_t even_bits(std::uint64_t x) {
  x &= 0x5555555555555555;
  x = (x | x >> 1) & 0x3333333333333333;
  x = (x | x >> 2) & 0x0f0f0f0f0f0f0f0f;
  x = (x | x >> 4) & 0x00ff00ff00ff00ff;
  x = (x | x >> 8) & 0x0000ffff0000ffff;
  return (x | x >> 16) & 0x00000000ffffffff;
}

/// As below, for a stride of a power of 2 up to 64: element by element.
std::uint64_t gather_in_halves(std::span<const std::uint64_t> plane, std::uint32_t first,
                               std::uint32_t stride, std::uint32_t count) {
  std::uint64_t result = 0;
  std::uint32_t offset = first % 64;
  for (std::uint32_t done = 0, element = first / 64; done < count; ++element) {
    std::uint64_t bits = plane[element] >> offset;
    for (std::uint32_t left = stride; left > 1; left /= 2) bits = even_bits(bits);
    if (stride == 64) bits &= 1;
    result |= bits << done;
    done += divide_up(64 - offset, stride);
    offset = first % stride;
  }
  return result & WideBits::low_bits(count);
}

// Bits first, first + stride, ... (`count` of them, 1 to 64) of a row's plane, packed from bit 0.
std::uint64_t gather(std::span<const std::uint64_t> plane, std::uint32_t first,
                     std::uint32_t stride, std::uint32_t count) {
  if (std::has_single_bit(stride) && stride <= 64) {
    return gather_in_halves(plane, first, stride, count);
  }
  std::uint64_t result = 0;
  std::size_t column = first;
  for (std::uint32_t bit = 0; bit < count; ++bit, column += stride) {
    result |= (plane[column / 64] >> (column % 64) & 1) << bit;
  }
  return result;
}

bool all_zero(std::span<const std::uint64_t> plane) {
  return std::all_of(plane.begin(), plane.end(), [](std::uint64_t word) { return word == 0; });
}

}  // namespace

bool WordMasks::is_clean(std::uint64_t word) const {
  for (std::size_t p = 0; p < parts_.count(); ++p) {
    if (part(word, p) != PartMask{}) return false;
  }
  return true;
}

WordMask WordMasks::word(std::uint64_t word) const {
  WordMask result;
  for (std::size_t p = 0; p < parts_.count(); ++p) {
    const PartMask& mask = part(word, p);
    parts_.part(result.stuck_at_0, p) = mask.stuck_at_0;
    parts_.part(result.stuck_at_1, p) = mask.stuck_at_1;
    parts_.part(result.flip, p) = mask.flip;
  }
  return result;
}

WordMasks word_masks(const SramOrganisation& organisation, const CellMasks& cells) {
  if (organisation.geometry() != cells.geometry()) {
    throw InputError("the fault map has " + to_string(cells.geometry()) + ", the SRAM has " +
                     to_string(organisation.geometry()));
  }
  const WordParts parts(organisation);
  WordMasks masks(organisation);
  for (std::uint64_t word = 0; word < organisation.words; ++word) {
    for (std::uint32_t bit = 0, count = 0; bit < organisation.cell_bits(); bit += count) {
      // The further bits of a part stand column_mux bitlines apart on the same row.
      const CellAddress first = organisation.locate({word, bit});
      const std::uint32_t end =
          bit < organisation.word_bits ? organisation.word_bits : organisation.cell_bits();
      count = std::min(end - bit, WideBits::kPartBits);
      const auto plane = [&](FaultKind kind) -> std::uint64_t {
        const auto row = cells.row(kind, row_of(first));
        if (all_zero(row)) return 0;
        return gather(row, first.column, organisation.column_mux, count);
      };
      masks.part(word, parts.part_of(bit)) = {plane(FaultKind::kStuckAt0),
                                              plane(FaultKind::kStuckAt1), plane(FaultKind::kFlip)};
    }
  }
  return masks;
}

}  // namespace brownout::memory

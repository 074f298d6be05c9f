#include "memory/word_masks.hpp"

#include <algorithm>
#include <span>
#include <string>

#include "memory/base/input_error.hpp"

namespace brownout::memory {
namespace {

// Bits first, first + stride, ... (`count` of them) of a row's plane, packed from bit 0.
std::uint64_t gather(std::span<const std::uint64_t> plane, std::uint32_t first,
                     std::uint32_t stride, std::uint32_t count) {
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
        const auto row = cells.row(kind, first.bank, first.row);
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

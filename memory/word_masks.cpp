#include "memory/word_masks.hpp"

#include <bit>
#include <span>
#include <string>

#include "memory/base/input_error.hpp"

namespace brownout::memory {
namespace {

/// Where the fault of a row's cell belongs: among the parts of the row's words.
struct Place {
  std::uint64_t words;  ///< behind the first of the row
  std::uint32_t part, bit;
};

/// Of every column; the same in all rows. Words that lie `banks` apart share a row.
std::vector<Place> places_by_column(const SramOrganisation& organisation) {
  const WordParts parts(organisation);
  std::vector<Place> places(organisation.geometry().columns);
  for (std::uint32_t w = 0; w < organisation.column_mux; ++w) {
    const std::uint64_t word = std::uint64_t{w} * organisation.banks;
    for (std::uint32_t bit = 0; bit < organisation.cell_bits(); ++bit) {
      places[organisation.locate({word, bit}).column] = {
          word, static_cast<std::uint32_t>(parts.part_of(bit)), parts.place_of(bit)};
    }
  }
  return places;
}

/// Adds the faults of a row's cells to its words, of which `first` is the first.
void add_row(WordMasks& masks, std::uint64_t first, const std::vector<Place>& places,
             const FaultMask<std::span<const std::uint64_t>>& row) {
  for (std::size_t element = 0; element < row.flip.size(); ++element) {
    const PartMask faults{row.stuck_at_0[element], row.stuck_at_1[element], row.flip[element]};
    std::uint64_t left = faults.stuck_at_0 | faults.stuck_at_1 | faults.flip;
    for (; left != 0; left &= left - 1) {
      const auto offset = static_cast<std::size_t>(std::countr_zero(left));
      const Place& place = places[element * 64 + offset];
      PartMask& mask = masks.part(first + place.words, place.part);
      mask.stuck_at_0 |= (faults.stuck_at_0 >> offset & 1) << place.bit;
      mask.stuck_at_1 |= (faults.stuck_at_1 >> offset & 1) << place.bit;
      mask.flip |= (faults.flip >> offset & 1) << place.bit;
    }
  }
}

}  // namespace

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
  const std::vector<Place> places = places_by_column(organisation);
  const std::uint64_t step = std::uint64_t{organisation.banks} * organisation.column_mux;
  WordMasks masks = WordMasks::with_room_for(organisation);
  for (std::uint64_t begin = 0; begin < organisation.words; begin += step) {
    masks.add_words(step);
    // Banks take words in turn: each has a row of these.
    const std::uint32_t row = organisation.locate({begin, 0}).row;
    for (std::uint32_t bank = 0; bank < organisation.banks; ++bank) {
      add_row(masks, begin + bank, places, cells.row({bank, row}));
    }
  }
  return masks;
}

}  // namespace brownout::memory

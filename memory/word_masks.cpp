#include "memory/word_masks.hpp"

#include <bit>
#include <span>
#include <string>

#include "memory/base/input_error.hpp"
#include "memory/base/large_pages.hpp"

namespace brownout::memory {
namespace {

/// Where the fault of a row's cell belongs: among the parts of the row's words, from its first on.
struct Place {
  std::size_t part;
  std::uint32_t bit;
};

/// Of every column; the same in all rows. Words that lie `banks` apart share a row.
std::vector<Place> places_by_column(const SramOrganisation& organisation) {
  const WordParts parts(organisation);
  std::vector<Place> places(organisation.geometry().columns);
  for (std::uint32_t w = 0; w < organisation.column_mux; ++w) {
    const std::uint64_t word = std::uint64_t{w} * organisation.banks;
    for (std::uint32_t bit = 0; bit < organisation.cell_bits(); ++bit) {
      places[organisation.locate({word, bit}).column] = {word * parts.count() + parts.part_of(bit),
                                                         parts.place_of(bit)};
    }
  }
  return places;
}

/// Adds the faults of a row's cells to the parts of its words, of which `first` is the first.
void add_row(PartMask* first, const std::vector<Place>& places,
             const FaultMask<std::span<const std::uint64_t>>& row) {
  for (std::size_t element = 0; element < row.flip.size(); ++element) {
    const std::uint64_t at_0 = row.stuck_at_0[element], at_1 = row.stuck_at_1[element];
    const Place* of_element = &places[element * 64];
    for (std::uint64_t left = at_0 | at_1; left != 0; left &= left - 1) {
      const int offset = std::countr_zero(left);
      const Place place = of_element[offset];
      first[place.part].stuck_at_0 |= (at_0 >> offset & 1) << place.bit;
      first[place.part].stuck_at_1 |= (at_1 >> offset & 1) << place.bit;
    }
    for (std::uint64_t left = row.flip[element]; left != 0; left &= left - 1) {
      const Place place = of_element[std::countr_zero(left)];
      first[place.part].flip |= std::uint64_t{1} << place.bit;
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
    if (begin == 0) {  // most of the memory is untouched yet
      prefer_large_pages(&masks.part(0, 0),
                         organisation.words * WordParts(organisation).count() * sizeof(PartMask));
    }
    // Banks take words in turn: each has a row of these.
    const std::uint32_t row = organisation.locate({begin, 0}).row;
    for (std::uint32_t bank = 0; bank < organisation.banks; ++bank) {
      add_row(&masks.part(begin + bank, 0), places, cells.row({bank, row}));
    }
  }
  return masks;
}

}  // namespace brownout::memory

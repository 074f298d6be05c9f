// Where words lie on cells, and what reading them through failing cells gives.
#include "memory/sram_macro.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace brownout::memory {
namespace {

constexpr std::uint64_t kLargest = std::numeric_limits<std::uint32_t>::max();

void require_range(const char* field, std::uint64_t value, std::uint64_t low, std::uint64_t high) {
  if (value < low || value > high) {
    throw std::runtime_error(std::string(field) + ": " + std::to_string(value) + " is not in " +
                             std::to_string(low) + ".." + std::to_string(high));
  }
}

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

void SramOrganisation::validate() const {
  require_range("banks", banks, 1, kLargest);
  require_range("words", words, 1, kLargest);
  require_range("word_bits", word_bits, 8, WordBits::kMost);
  require_range("column_mux", column_mux, 1, kLargest / word_bits);
  if (words % banks != 0) {
    throw std::runtime_error("banks: " + std::to_string(banks) + " does not divide the " +
                             std::to_string(words) + " words");
  }
  if (words / banks % column_mux != 0) {
    throw std::runtime_error("column_mux: " + std::to_string(column_mux) + " does not divide the " +
                             std::to_string(words / banks) + " words of a bank");
  }
}

SramGeometry SramOrganisation::geometry() const {
  return {banks, static_cast<std::uint32_t>(words / banks / column_mux), word_bits * column_mux};
}

CellAddress SramOrganisation::locate(const BitAddress& address) const {
  if (address.word >= words || address.bit >= word_bits) {
    throw std::logic_error("bit " + std::to_string(address.bit) + " of word " +
                           std::to_string(address.word) + " is outside " + std::to_string(words) +
                           " words of " + std::to_string(word_bits) + " bits");
  }
  const std::uint64_t word_of_bank = address.word / banks;
  const auto phase = static_cast<std::uint32_t>(word_of_bank % column_mux);
  return {static_cast<std::uint32_t>(address.word % banks),
          static_cast<std::uint32_t>(word_of_bank / column_mux), address.bit * column_mux + phase};
}

BitAddress SramOrganisation::address_of(const CellAddress& cell) const {
  if (!geometry().contains(cell)) {
    throw std::logic_error("the cell at " + to_string(cell) + " is outside " +
                           to_string(geometry()));
  }
  const std::uint64_t word_of_bank =
      std::uint64_t{cell.row} * column_mux + cell.column % column_mux;
  return {word_of_bank * banks + cell.bank, cell.column / column_mux};
}

std::vector<WordMask> word_masks(const SramOrganisation& organisation, const CellMasks& cells) {
  if (organisation.geometry() != cells.geometry()) {
    throw std::runtime_error("the fault map has " + to_string(cells.geometry()) +
                             ", the SRAM has " + to_string(organisation.geometry()));
  }
  std::vector<WordMask> masks;
  masks.reserve(organisation.words * organisation.parts());
  for (std::uint64_t word = 0; word < organisation.words; ++word) {
    for (std::uint32_t bit = 0; bit < organisation.word_bits; bit += WordBits::kPartBits) {
      // Its further bits stand column_mux bitlines apart on the same row.
      const CellAddress first = organisation.locate({word, bit});
      const std::uint32_t count = std::min(organisation.word_bits - bit, WordBits::kPartBits);
      const auto plane = [&](FaultKind kind) -> std::uint64_t {
        const auto row = cells.row(kind, first.bank, first.row);
        if (all_zero(row)) return 0;
        return gather(row, first.column, organisation.column_mux, count);
      };
      masks.push_back(
          {plane(FaultKind::kStuckAt0), plane(FaultKind::kStuckAt1), plane(FaultKind::kFlip)});
    }
  }
  return masks;
}

SramMacro::SramMacro(const SramOrganisation& organisation)
    : organisation_(organisation), parts_(organisation.parts()) {
  organisation_.validate();
  words_.resize(organisation_.words * parts_);
  masks_.resize(words_.size());
}

void SramMacro::set_masks(std::vector<WordMask> masks) {
  if (masks.size() != words_.size()) {
    throw std::logic_error(std::to_string(masks.size()) + " masks for an SRAM of " +
                           std::to_string(words_.size()) + " parts of words");
  }
  masks_ = std::move(masks);
}

void SramMacro::write(std::uint64_t word, const WordBits& value) {
  require_word(word);
  std::uint32_t left = organisation_.word_bits;
  for (std::size_t p = 0; p < value.parts.size(); ++p) {
    const std::uint32_t here = std::min(left, WordBits::kPartBits);
    if (here < WordBits::kPartBits && value.parts[p] >> here != 0) {
      throw std::logic_error("a value with more than " + std::to_string(organisation_.word_bits) +
                             " bits written to word " + std::to_string(word));
    }
    if (here > 0) words_[word * parts_ + p] = value.parts[p];
    left -= here;
  }
}

WordBits SramMacro::stored(std::uint64_t word) const {
  require_word(word);
  WordBits result;
  for (std::size_t p = 0; p < parts_; ++p) result.parts[p] = words_[word * parts_ + p];
  return result;
}

void SramMacro::refuse_word(std::uint64_t word) const {
  throw std::logic_error("word " + std::to_string(word) + " is outside an SRAM of " +
                         std::to_string(organisation_.words) + " words");
}

}  // namespace brownout::memory

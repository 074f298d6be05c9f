#include "memory/sram_organisation.hpp"

#include <limits>
#include <stdexcept>
#include <string>

#include "memory/base/input_error.hpp"

namespace brownout::memory {
namespace {

constexpr std::int64_t kLargest = std::numeric_limits<std::uint32_t>::max();

}  // namespace

void SramOrganisation::validate() const {
  require_range("banks", banks, 1, kLargest);
  require_range("words", static_cast<std::int64_t>(words), 1, kLargest);
  require_range("word_bits", word_bits, 8, WideBits::kMost);
  require_range("check_bits", check_bits, 0, WideBits::kMost);
  require_range("column_mux", column_mux, 1, kLargest / cell_bits());
  if (words % banks != 0) {
    throw InputError("banks", std::to_string(banks) + " does not divide the " +
                                  std::to_string(words) + " words");
  }
  if (words / banks % column_mux != 0) {
    throw InputError("column_mux", std::to_string(column_mux) + " does not divide the " +
                                       std::to_string(words / banks) + " words of a bank");
  }
}

SramGeometry SramOrganisation::geometry() const {
  return {banks, static_cast<std::uint32_t>(words / banks / column_mux), cell_bits() * column_mux};
}

CellAddress SramOrganisation::locate(const BitAddress& address) const {
  if (address.word >= words || address.bit >= cell_bits()) {
    throw std::logic_error("bit " + std::to_string(address.bit) + " of word " +
                           std::to_string(address.word) + " is outside " + std::to_string(words) +
                           " words of " + std::to_string(cell_bits()) + " bits");
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

}  // namespace brownout::memory

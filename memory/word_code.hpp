// Codes over the words of an SRAM: check bits that are stored with the data, and what a decoder
// makes of a word that was read. A new code is its own file in codes/ and one entry of the table.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "memory/word_bits.hpp"

namespace brownout::memory {

/// What a decoder says of the word that it read. It may be mistaken where more bits are wrong than
/// the code is made for.
enum class WordStatus : std::uint8_t { kIntact, kCorrected, kUncorrectable };

struct DecodedWord {
  WideBits data;  ///< as read where uncorrectable: what becomes of it is not the code's affair
  WordStatus status = WordStatus::kIntact;
};

/// Two-input XORs, each row of a matrix for itself: no sum is shared between rows.
struct CodeGates {
  int encoder = 0;
  int decoder = 0;  ///< of the syndrome; finding the wrong bits from it, and the flips, add to it
};

/// A code for data words of one width.
class WordCode {
 public:
  virtual ~WordCode() = default;
  virtual std::uint32_t check_bits() const = 0;
  /// What is stored: a code in place changes data bits, too.
  virtual WordBits encode(const WideBits& data) const = 0;
  /// Of a word as it was read. Of what encode yielded the data come back, kIntact.
  virtual DecodedWord decode(const WordBits& read) const = 0;
  virtual CodeGates gates() const = 0;
  /// Whether it can hold these data: encode takes no others.
  virtual bool fits(const WideBits&) const { return true; }
};

/// A kind of code, of which every width of word has its own.
struct WordCodeKind {
  std::string_view name;
  /// Throws InputError of `data_bits` for a width that it does not have.
  std::shared_ptr<const WordCode> (*make)(std::uint32_t data_bits);
  std::uint32_t most_data_bits;
};

const std::vector<WordCodeKind>& word_codes();
/// Throws InputError that lists the codes.
const WordCodeKind& find_word_code(std::string_view name);

}  // namespace brownout::memory

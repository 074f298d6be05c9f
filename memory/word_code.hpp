// Codes over the words of an SRAM: check bits that are stored beside the data, and what a decoder
// makes of a word that was read. A new code is its own file and one entry of the table.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "memory/word_bits.hpp"

namespace brownout::memory {

/// What a decoder says of the word that it read.
enum class WordStatus : std::uint8_t { kIntact, kCorrected, kUncorrectable };

struct DecodedWord {
  WideBits data;
  WordStatus status = WordStatus::kIntact;
};

/// A code for data words of one width.
class WordCode {
 public:
  virtual ~WordCode() = default;
  virtual std::uint32_t check_bits() const = 0;
  virtual WideBits encode(const WideBits& data) const = 0;
  /// Of a word as it was read. Words that encode yielded come back as they are, kIntact.
  virtual DecodedWord decode(const WordBits& read) const = 0;
};

/// A kind of code, of which every width of word has its own.
struct WordCodeKind {
  std::string_view name;
  std::shared_ptr<const WordCode> (*make)(std::uint32_t data_bits);
};

const std::vector<WordCodeKind>& word_codes();
/// Throws InputError that lists the codes.
const WordCodeKind& find_word_code(std::string_view name);

}  // namespace brownout::memory

// A word of an SRAM as codewords: a code covers so many bits of data, a wider word holds several.
// Codeword c covers the data bits from c * data_bits() on, and has its own check bits.
#pragma once

#include <cstdint>
#include <memory>

#include "memory/word_code.hpp"

namespace brownout::memory {

struct DecodedCodewords {
  WideBits data;  ///< of the uncorrectable ones as read
  /// Bit c is set: codeword c was corrected; cannot be.
  std::uint64_t corrected = 0, uncorrectable = 0;
};

class WordCodec {
 public:
  /// `data_bits`: of a codeword; 0: the widest that the code has and that divides the word. Throws
  /// InputError for a width that does not divide the word, that the code does not have, or whose
  /// check bits are more than a word may have.
  WordCodec(const WordCodeKind& kind, std::uint32_t word_bits, std::uint32_t data_bits = 0);

  std::uint32_t codewords() const { return count_; }
  std::uint32_t data_bits() const { return data_bits_; }                     ///< of a codeword
  std::uint32_t check_bits() const { return count_ * code_->check_bits(); }  ///< of the word
  CodeGates gates() const;                                                   ///< of the word

  bool fits(const WideBits& data) const;  ///< encode takes no others
  WordBits encode(const WideBits& data) const;
  DecodedCodewords decode(const WordBits& read) const;
  /// The data bits of a word that belong to codeword c.
  WideBits data_of(const WideBits& word, std::uint32_t c) const;

 private:
  std::shared_ptr<const WordCode> code_;
  std::uint32_t data_bits_, count_;
};

}  // namespace brownout::memory

// How a word with its check bits is kept in parts of 64 bits: those of the data, then those of the
// check bits. What a memory does to its words it does part by part, and to no more than there are.
#pragma once

#include <cstddef>
#include <cstdint>

#include "memory/sram_organisation.hpp"
#include "memory/word_bits.hpp"

namespace brownout::memory {

class WordParts {
 public:
  WordParts() = default;
  explicit WordParts(const SramOrganisation& organisation)
      : word_bits_(organisation.word_bits),
        data_(WideBits::parts_of(organisation.word_bits)),
        count_(data_ + WideBits::parts_of(organisation.check_bits)) {}

  std::size_t count() const { return count_; }
  /// Where bit `bit` of a word (BitAddress::bit) stands: the part, and the bit of that.
  std::size_t part_of(std::uint32_t bit) const {
    return bit < word_bits_ ? bit / WideBits::kPartBits
                            : data_ + (bit - word_bits_) / WideBits::kPartBits;
  }
  std::uint32_t place_of(std::uint32_t bit) const {
    return (bit < word_bits_ ? bit : bit - word_bits_) % WideBits::kPartBits;
  }
  /// Part p of a word.
  std::uint64_t part(const WordBits& word, std::size_t p) const {
    return p < data_ ? word.data.parts[p] : word.check.parts[p - data_];
  }
  std::uint64_t& part(WordBits& word, std::size_t p) const {
    return p < data_ ? word.data.parts[p] : word.check.parts[p - data_];
  }
  void set_bit(WordBits& word, std::uint32_t bit) const {
    part(word, part_of(bit)) |= std::uint64_t{1} << place_of(bit);
  }

  bool operator==(const WordParts&) const = default;

 private:
  std::uint32_t word_bits_ = 0;
  std::size_t data_ = 0, count_ = 0;
};

}  // namespace brownout::memory

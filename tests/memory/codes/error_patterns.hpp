// Wrong bits of codewords, one pattern after the other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "memory/numbers/keyed_random.hpp"
#include "memory/word_code.hpp"

namespace brownout::memory {

/// Bits of a codeword.
struct Lengths {
  std::uint32_t data;
  std::uint32_t check;

  std::uint32_t all() const { return data + check; }
};

inline Lengths lengths_of(const WordCode& code, std::uint32_t data_bits) {
  return {data_bits, code.check_bits()};
}

/// Bit `at` of a codeword, data first.
inline WordBits one_bit(const Lengths& lengths, std::uint32_t at) {
  WordBits word;
  at < lengths.data ? word.data.flip(at) : word.check.flip(at - lengths.data);
  return word;
}

/// Calls `visit` with every pattern of `errors` ones, on top of `pattern`, from bit `first` on.
template <typename Visit>
void for_each_pattern(const Lengths& lengths, std::uint32_t errors, const Visit& visit,
                      const WordBits& pattern = {}, std::uint32_t first = 0) {
  if (errors == 0) return visit(pattern);
  for (std::uint32_t at = first; at + errors <= lengths.all(); ++at) {
    for_each_pattern(lengths, errors - 1, visit, pattern ^ one_bit(lengths, at), at + 1);
  }
}

/// All zeros, all ones, and two random words.
inline std::vector<WideBits> some_data(std::uint32_t bits) {
  std::vector<WideBits> words = {{}, WideBits::ones(bits)};
  for (const std::uint64_t seed : {1U, 2U}) {
    WideBits word;
    for (std::size_t p = 0; p < word.parts.size(); ++p) word.parts[p] = keyed_hash(seed, p);
    words.push_back(word & WideBits::ones(bits));
  }
  return words;
}

}  // namespace brownout::memory

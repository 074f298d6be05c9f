// Scrambles: whatever is accepted is a permutation of addresses and of bits.
#include <set>

#include "memory/base/input_error.hpp"
#include "memory/files/address_scramble.hpp"
#include "tests/fuzz/fuzzed_input.hpp"

using namespace brownout::memory;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t kWords = 64;
  constexpr std::uint32_t kBits = 8;
  const std::string text(data, data + size);
  try {
    const AddressScramble scramble = AddressScramble::parse(text, "scramble", kWords, kBits);
    std::set<std::uint64_t> words;
    for (std::uint64_t word = 0; word < kWords; ++word) words.insert(scramble.physical_word(word));
    require(words.size() == kWords && *words.rbegin() < kWords);
    std::set<std::uint32_t> bits;
    for (std::uint32_t bit = 0; bit < kBits; ++bit) bits.insert(scramble.physical_bit(bit));
    require(bits.size() == kBits && *bits.rbegin() < kBits);
  } catch (const brownout::InputError&) {
  }
  return 0;
}

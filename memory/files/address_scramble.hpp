// The scramble of a memory: which physical word and bit stand behind a logical address and bit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "memory/maps/sparse_fault_map.hpp"

namespace brownout::memory {

/// One equation a physical address bit, as memory compilers and MBIST tools give it: the exclusive
/// or of logical address bits. Data bits are permuted.
class AddressScramble {
 public:
  /// Reads `physical,logical`, then lines such as "a3,a3^a7" and "d0,d15"; bits that are not named
  /// stay where they are. `words` and `bits` are those of a memory (of a bank, where banks have
  /// addresses of their own). Throws InputError with file:line, and when two addresses, or
  /// two bits, would share a place.
  static AddressScramble parse(std::string_view text, const std::string& name, std::uint64_t words,
                               std::uint32_t bits);

  std::uint64_t physical_word(std::uint64_t logical) const;
  std::uint32_t physical_bit(std::uint32_t logical) const { return bits_[logical]; }

 private:
  std::vector<std::uint64_t> address_;  // of physical address bit i: mask of logical ones
  std::vector<std::uint32_t> bits_;     // of logical data bit i: the physical one
};

/// The map with its rows (word addresses) and columns (bits) put where the scramble has them.
/// Throws InputError when a word gets an address behind the last one, which can happen
/// where the number of words is no power of two.
SparseFaultMap unscrambled(const SparseFaultMap& logical, const AddressScramble& scramble);

}  // namespace brownout::memory

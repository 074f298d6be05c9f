// How weights become words: everything between a weight and its cells.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "memory/encoding.hpp"
#include "memory/read_mask.hpp"
#include "memory/word_codec.hpp"
#include "memory/write_policy.hpp"

namespace brownout::memory {

/// What the array gets of a codeword that cannot be corrected: the data as they were read, or
/// weights of 0.
enum class OnUncorrectable : std::uint8_t { kKeep, kZero };

std::string to_string(OnUncorrectable what);
/// Throws InputError that lists them.
OnUncorrectable parse_on_uncorrectable(std::string_view name);

/// In this order when words are written; backward when they are read.
struct StorageScheme {
  Encoding encoding = Encoding::kTwosComplement;
  std::shared_ptr<const WritePolicy> policy = make_write_policy("plain", Encoding::kTwosComplement);
  const WordCodeKind* code = &find_word_code("none");  ///< never null
  std::uint32_t codeword_bits = 0;                     ///< of data; 0: as WordCodec chooses
  OnUncorrectable on_uncorrectable = OnUncorrectable::kKeep;
  ReadMask read_mask = ReadMask::kNone;

  WordCodec codec(std::uint32_t word_bits) const { return {*code, word_bits, codeword_bits}; }
};

}  // namespace brownout::memory

// How weights become words: everything between a weight and its cells.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "memory/column_changes.hpp"
#include "memory/encoding.hpp"
#include "memory/read_mask.hpp"
#include "memory/word_changes.hpp"
#include "memory/word_codec.hpp"
#include "memory/write_policy.hpp"

namespace brownout::memory {

/// What the array gets of a codeword that cannot be corrected: the data as they were read, weights
/// of 0, or what DRAM has of the whole word, which takes a transfer.
enum class OnUncorrectable : std::uint8_t { kKeep, kZero, kRefetch };

std::string to_string(OnUncorrectable what);
/// Throws InputError that lists them.
OnUncorrectable parse_on_uncorrectable(std::string_view name);

/// What flags of words stand in: cells like others, or such that never fail. They take the same
/// place.
enum class FlagCells : std::uint8_t { kFailing, kErrorFree };

std::string to_string(FlagCells cells);
/// Throws InputError that lists them.
FlagCells parse_flag_cells(std::string_view name);

/// In this order when words are written; backward when they are read.
struct StorageScheme {
  Encoding encoding = Encoding::kTwosComplement;
  std::shared_ptr<const WritePolicy> policy = make_write_policy("plain", Encoding::kTwosComplement);
  const WordCodeKind* code = &find_word_code("none");  ///< never null
  std::uint32_t codeword_bits = 0;                     ///< of data; 0: as WordCodec chooses
  WordChanges changes = {};
  std::optional<FlagCells> flags = {};  ///< of words; nothing: error-free
  ColumnChanges columns = {};
  OnUncorrectable on_uncorrectable = OnUncorrectable::kKeep;
  ReadMask read_mask = ReadMask::kNone;
  bool clamp_weights = false;  ///< to the range that their layer has

  WordCodec codec(std::uint32_t word_bits) const { return {*code, word_bits, codeword_bits}; }
  FlagCells flag_cells() const { return flags.value_or(FlagCells::kErrorFree); }
  /// Whether words may be asked for again.
  bool refetches() const {
    return code->name != "none" && on_uncorrectable == OnUncorrectable::kRefetch;
  }
  /// Whether words are written for the cells that they lie on, which are known then.
  bool looks_at_cells() const { return policy->looks_at_cells() || changes.any() || columns.any(); }
  bool flips_signs() const { return changes.sign_flip || columns.sign_flip; }
  bool flips_bits() const { return changes.bit_flip || columns.bit_flip; }
  /// Whether it matters what they do: a cell that flips reads as what is not written, and nothing
  /// is to be chosen by that.
  bool needs_stuck_cells() const {
    return policy->looks_at_cells() || flips_signs() || flips_bits();
  }
};

}  // namespace brownout::memory

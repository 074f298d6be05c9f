// A storage of words that reads through the faults of its cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "memory/sram_organisation.hpp"
#include "memory/word_masks.hpp"

namespace brownout::memory {

/// Words keep what was written; faults act when they are read.
class SramMacro {
 public:
  explicit SramMacro(const SramOrganisation& organisation);

  const SramOrganisation& organisation() const { return organisation_; }
  /// Replaces the faults, as another voltage does; stored words stay. `masks` must outlive this.
  /// Throws std::logic_error on another size.
  void set_masks(const WordMasks& masks);
  void set_masks(WordMasks&&) = delete;
  /// These throw std::logic_error beyond the last word; write, also beyond the last bit.
  void write(std::uint64_t word, const WordBits& value);
  WordBits read(std::uint64_t word) const { return mask(word).apply(stored(word)); }
  /// The word as it was written, faults aside.
  WordBits stored(std::uint64_t word) const;
  WordMask mask(std::uint64_t word) const;

 private:
  void require_word(std::uint64_t word) const {
    if (word >= organisation_.words) refuse_word(word);
  }
  [[noreturn]] void refuse_word(std::uint64_t word) const;

  SramOrganisation organisation_;
  WordParts parts_;
  std::vector<std::uint64_t> words_;  // part by part, as masks_
  const WordMasks* masks_ = nullptr;  // none: no cell fails
};

}  // namespace brownout::memory

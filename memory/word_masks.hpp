// What the faults of an SRAM's cells do to its words. Gathered forward, from words to the cells of
// their bits, through SramOrganisation::locate; faulty_words.hpp comes from the cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "memory/base/fault_mask.hpp"
#include "memory/sram_organisation.hpp"
#include "memory/word_parts.hpp"

namespace brownout::memory {

/// Of a whole word, and of 64 bits of one.
using WordMask = FaultMask<WordBits>;
using PartMask = FaultMask<std::uint64_t>;

/// Of masks with members stuck_at_0, stuck_at_1 and flip, that of a kind.
template <typename Masks>
auto& of_kind(Masks& masks, FaultKind kind) {
  switch (kind) {
    case FaultKind::kStuckAt0:
      return masks.stuck_at_0;
    case FaultKind::kStuckAt1:
      return masks.stuck_at_1;
    case FaultKind::kFlip:
      return masks.flip;
  }
  throw std::logic_error("unknown fault kind");
}

/// The masks of all words.
class WordMasks {
 public:
  /// Of no word: a memory without faults may be given it.
  WordMasks() = default;
  /// Words without faults.
  explicit WordMasks(const SramOrganisation& organisation)
      : parts_(organisation), masks_(organisation.words * parts_.count()) {}

  bool empty() const { return masks_.empty(); }
  std::uint64_t words() const { return empty() ? 0 : masks_.size() / parts_.count(); }
  /// Whether no cell of the word fails.
  bool is_clean(std::uint64_t word) const {
    for (std::size_t p = 0; p < parts_.count(); ++p) {
      if (part(word, p) != PartMask{}) return false;
    }
    return true;
  }
  WordMask word(std::uint64_t word) const;
  /// Of bits 64 p to 64 p + 63 of a word's data.
  const PartMask& part(std::uint64_t word, std::size_t p) const {
    return masks_[word * parts_.count() + p];
  }
  PartMask& part(std::uint64_t word, std::size_t p) { return masks_[word * parts_.count() + p]; }

  /// Room for the words of an organisation, of which add_words makes as many as it is told, behind
  /// those that there are. Who fills them at once finds them in the cache.
  static WordMasks with_room_for(const SramOrganisation& organisation) {
    WordMasks masks;
    masks.parts_ = WordParts(organisation);
    masks.masks_.reserve(organisation.words * masks.parts_.count());
    return masks;
  }
  void add_words(std::uint64_t count) { masks_.resize(masks_.size() + count * parts_.count()); }

  bool operator==(const WordMasks&) const = default;

 private:
  WordParts parts_;
  std::vector<PartMask> masks_;  // part by part, word by word
};

/// Throws InputError when the map is one of another geometry.
WordMasks word_masks(const SramOrganisation& organisation, const CellMasks& cells);

}  // namespace brownout::memory

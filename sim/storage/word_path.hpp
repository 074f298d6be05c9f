// Between the weights of a word and its cells: the one place that knows what a word of weights is
// written as, and what it reads as. Where words lie is none of its business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "memory/code_table.hpp"
#include "memory/sram_organisation.hpp"
#include "memory/storage_scheme.hpp"
#include "memory/word_masks.hpp"
#include "sim/storage/fault_filter.hpp"

namespace brownout::storage {

/// What a word of a tile holds: weights from bit 0 on, the rest 0.
struct TileWord {
  std::size_t node = 0;  ///< index into QuantizedNetwork::nodes
  int weight_bits = 0;   ///< 1 to 8
  int weights = 0;

  std::uint32_t bits() const { return static_cast<std::uint32_t>(weight_bits * weights); }
  /// The code of its weight `lane`.
  std::uint64_t code(const memory::WideBits& codes, int lane) const {
    return codes.field(static_cast<std::uint32_t>(lane * weight_bits),
                       static_cast<std::uint32_t>(weight_bits));
  }
};

/// A word as the array gets it.
struct ReadWord {
  memory::WideBits codes;  ///< of its weights, behind the decoder of the word code
  memory::WordStatus status = memory::WordStatus::kIntact;
  memory::WideBits wrong = {};  ///< bits of its weights that the cells delivered wrong

  bool operator==(const ReadWord&) const = default;
};

class WordPath {
 public:
  /// `filter`: which wrong bits act. One that restricts bits of codes keeps out the check bits and
  /// the bits without a weight, too. Throws std::logic_error when the scheme's check bits are not
  /// the organisation's.
  WordPath(memory::StorageScheme scheme, const memory::SramOrganisation& organisation,
           FaultFilter filter = {});

  const memory::SramOrganisation& organisation() const { return organisation_; }
  const memory::CodeTable& table(int weight_bits) const {
    return tables_[static_cast<std::size_t>(weight_bits)];
  }

  /// What is written for the codes that are `wanted`; `known`: of its cells.
  memory::WordBits written(const TileWord& word, const memory::WideBits& wanted,
                           const memory::WordMask& known = {}) const;
  /// The word of the data that a transfer delivers.
  memory::WordBits with_check_bits(const memory::WideBits& data) const;
  /// What a word that is written as `stored` reads as through cells of `mask`.
  ReadWord read(const TileWord& word, const memory::WordBits& stored,
                const memory::WordMask& mask) const;
  /// The same through cells that do not fail.
  ReadWord read(const memory::WordBits& stored) const { return {stored.data}; }
  /// The bits of the weights of `stored` that a fault may change, by the filter.
  memory::WideBits changeable(const TileWord& word, const memory::WordBits& stored) const;

 private:
  memory::WordBits acting(const TileWord& word, const memory::WordBits& stored) const;

  memory::StorageScheme scheme_;
  std::shared_ptr<const memory::WordCode> code_;
  memory::SramOrganisation organisation_;
  FaultFilter filter_;
  std::vector<memory::CodeTable> tables_;  // by bits of a weight
  std::vector<memory::WordBits>
      passing_;  // by bits of a weight: bits of a word that the filter passes
};

}  // namespace brownout::storage

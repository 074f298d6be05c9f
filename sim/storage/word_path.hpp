// Between the weights of a word and its cells: the one place that knows what a word of weights is
// written as, and what it reads as. Where words lie is none of its business. A word whose data
// stand rotated or inverted on its cells is held as if they did not, with the flags that tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "memory/base/fault_mask.hpp"
#include "memory/code_table.hpp"
#include "memory/sram_organisation.hpp"
#include "memory/storage_scheme.hpp"
#include "memory/word_masks.hpp"
#include "models/quantized_network.hpp"
#include "sim/storage/fault_filter.hpp"

namespace brownout::storage {

/// What a word of a tile holds: weights from bit 0 on, the rest 0.
struct TileWord {
  models::NodeIndex node;
  int weight_bits = 0;  ///< 1 to 8
  int weights = 0;
  memory::WordFlags columns = {};  ///< what the flags of its tile tell of its weights

  std::uint32_t bits() const { return static_cast<std::uint32_t>(weight_bits * weights); }
  /// The code of its weight `lane`.
  std::uint64_t code(std::uint64_t codes, int lane) const {
    return codes >> lane * weight_bits &
           memory::WideBits::low_bits(static_cast<std::uint32_t>(weight_bits));
  }
  std::uint64_t code(const memory::WideBits& codes, int lane) const {
    return codes.field(static_cast<std::uint32_t>(lane * weight_bits),
                       static_cast<std::uint32_t>(weight_bits));
  }
};

/// What the decoder of the word code did with the codewords of words.
struct CodewordCounts {
  std::uint64_t corrected = 0;
  std::uint64_t uncorrectable = 0;
  std::uint64_t miscorrected = 0;  ///< passed on as good, corrected or not, with wrong data
  std::uint64_t refetched = 0;     ///< words that DRAM was asked for

  CodewordCounts& operator+=(const CodewordCounts& other) {
    corrected += other.corrected;
    uncorrectable += other.uncorrectable;
    miscorrected += other.miscorrected;
    refetched += other.refetched;
    return *this;
  }
  CodewordCounts operator*(std::uint64_t times) const {
    return {corrected * times, uncorrectable * times, miscorrected * times, refetched * times};
  }
  bool operator==(const CodewordCounts&) const = default;
};

/// A word as the array gets it.
struct ReadWord {
  memory::WideBits codes;       ///< of its weights, behind the decoder of the word code
  memory::WideBits wrong = {};  ///< bits of what is stored for them that came back wrong
  CodewordCounts codewords = {};

  bool operator==(const ReadWord&) const = default;
};

/// Of the weights of a layer.
struct WeightRange {
  std::int8_t low = -128, high = 127;
};

/// By node index; of nodes without weights anything.
models::ByNode<WeightRange> weight_ranges(const models::WeightSet& weights);

class WordPath {
 public:
  /// `filter`: which wrong bits act. One that restricts bits of codes keeps out the check bits and
  /// the bits without a weight, too. Throws std::logic_error when the scheme's check bits are not
  /// the organisation's. `ranges`: of each node's weights, where the scheme clamps them.
  WordPath(memory::StorageScheme scheme, const memory::SramOrganisation& organisation,
           FaultFilter filter = {}, models::ByNode<WeightRange> ranges = {});

  const memory::SramOrganisation& organisation() const { return organisation_; }
  const memory::CodeTable& table(int weight_bits) const {
    return tables_[static_cast<std::size_t>(weight_bits)];
  }

  std::uint32_t codewords() const { return codec_.codewords(); }  ///< of a word
  const memory::StorageScheme& scheme() const { return scheme_; }
  /// Whether words are read by what is known of them.
  bool masks_reads() const { return scheme_.read_mask != memory::ReadMask::kNone; }
  /// What is written for the codes that are `wanted`; `known`: of its cells, of which those count
  /// that the filter lets act.
  memory::WordBits written(const TileWord& word, const memory::WideBits& wanted,
                           const memory::WordMask& known = {}) const;
  /// Whether a word is the codes of its weights and nothing else, in one part of 64 bits.
  bool holds_codes_only() const {
    return !couples_weights() && !scheme_.columns.any() &&
           organisation_.word_bits <= memory::WideBits::kPartBits;
  }
  /// Whether what is written for one weight of a word depends on the others.
  bool couples_weights() const { return coded_ || flag_count_ != 0; }
  /// What is written, and read where nothing is wrong, where words hold codes only.
  std::uint64_t written_codes(const TileWord& word, std::uint64_t wanted,
                              const memory::PartMask& known) const;
  /// The sum, over a word's weights, of |weight as read - the one wanted| where `known` is what its
  /// cells do, and is known when it is written.
  std::uint64_t damage(const TileWord& word, const memory::WideBits& wanted,
                       const memory::WordMask& known) const {
    return error(word, wanted, written(word, wanted, known), known);
  }
  /// The word of the data and flags that a transfer delivers, and the other way.
  memory::WordBits encoded(const memory::WideBits& data, std::uint64_t flags = 0) const {
    memory::WordBits word = codec_.encode(data);
    word.check.put(codec_.check_bits(), flags);
    return word;
  }
  memory::WideBits data(const memory::WordBits& stored) const { return codec_.decode(stored).data; }
  std::uint64_t flag_bits(const memory::WordBits& stored) const {
    return flag_count_ == 0 ? 0 : stored.check.field(codec_.check_bits(), flag_count_);
  }
  /// What a word that is written as `stored` reads as through cells of `mask`; `known`: of which
  /// cells it is known that they fail, where the scheme asks.
  ReadWord read(const TileWord& word, const memory::WordBits& stored, const memory::WordMask& mask,
                const memory::WordMask& known = {}) const;
  /// The same through cells that do not fail.
  ReadWord read(const TileWord& word, const memory::WordBits& stored) const {
    return {with_signs(word, data(stored), flags(word, stored))};
  }
  /// The bit of `stored` that stands on a cell (BitAddress::bit).
  std::uint32_t data_bit_on(std::uint32_t cell, const memory::WordBits& stored) const {
    const std::uint32_t word_bits = organisation_.word_bits;
    return cell < word_bits ? memory::bit_on(cell, word_flags(flag_bits(stored)), word_bits) : cell;
  }
  /// The bits of the weights of `stored` that a fault may change, by the filter.
  memory::WideBits changeable(const TileWord& word, const memory::WordBits& stored) const;

 private:
  memory::WordFlags word_flags(std::uint64_t bits) const {
    return scheme_.changes.flags_of(bits, organisation_.word_bits);
  }
  memory::WordFlags flags(const TileWord& word, const memory::WordBits& stored) const {
    return with_columns(word, word_flags(flag_bits(stored)));
  }
  static memory::WordFlags with_columns(const TileWord& word, memory::WordFlags flags);
  memory::WordBits encoded_if_it_fits(const memory::WideBits& data, std::uint64_t flags) const;
  memory::WideBits by_policy(const memory::WideBits& codes, int weight_bits,
                             const memory::WordMask& known) const;
  memory::WideBits chosen(const TileWord& word, const memory::WideBits& target, std::uint64_t flags,
                          const memory::WordMask& known) const;
  std::uint64_t error(const TileWord& word, const memory::WideBits& wanted,
                      const memory::WordBits& stored, const memory::WordMask& known) const;
  memory::WideBits with_signs(const TileWord& word, const memory::WideBits& codes,
                              const memory::WordFlags& flags) const;
  memory::WordBits acting(const TileWord& word, const memory::WordBits& stored) const;
  template <typename Bits>
  FaultMask<Bits> acting(const TileWord& word, const FaultMask<Bits>& mask,
                         const Bits& passing) const;
  memory::WordMask acting(const TileWord& word, const memory::WordMask& mask) const {
    return acting(word, mask, passing_of(word));
  }
  const memory::WordBits& passing_of(const TileWord& word) const {
    return passing_[static_cast<std::size_t>(word.weight_bits)];
  }
  memory::WideBits decode(const TileWord& word, const memory::WordBits& stored,
                          const memory::WordBits& delivered, CodewordCounts& counts) const;
  CodewordCounts count(const memory::DecodedCodewords& decoded,
                       const memory::WideBits& intact) const;
  memory::WideBits without(std::uint64_t codewords, const TileWord& word,
                           const memory::WideBits& data) const;
  memory::WideBits clamped(const TileWord& word, const memory::WideBits& codes) const;
  memory::WideBits masked(const TileWord& word, const memory::WideBits& data,
                          const memory::WordMask& known) const;

  memory::StorageScheme scheme_;
  memory::WordCodec codec_;
  bool coded_;
  std::uint32_t flag_count_;  // of a word
  memory::SramOrganisation organisation_;
  FaultFilter filter_;
  models::ByNode<WeightRange> ranges_;
  std::vector<memory::CodeTable> tables_;  // by bits of a weight
  std::vector<memory::WordBits>
      passing_;  // by bits of a weight: bits of a word that the filter passes
};

/// The faults of a mask that may act on some word; `passing`: of those bits that the filter passes.
template <typename Bits>
FaultMask<Bits> WordPath::acting(const TileWord& word, const FaultMask<Bits>& mask,
                                 const Bits& passing) const {
  if (!filter_.passes_layer(word.node)) return {};
  const Bits none{};
  const bool to_one = filter_.polarity != FaultPolarity::kOneToZero;
  const bool to_zero = filter_.polarity != FaultPolarity::kZeroToOne;
  return {mask.stuck_at_0 & (to_zero ? passing : none), mask.stuck_at_1 & (to_one ? passing : none),
          mask.flip & passing};
}

}  // namespace brownout::storage

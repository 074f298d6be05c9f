#include "sim/storage/word_path.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace brownout::storage {
namespace {

using memory::WideBits;
using memory::WordBits;

constexpr int kMostWeightBits = 8;

/// The filter's bits in every lane of a word.
WordBits passing_bits(const FaultFilter& filter, const memory::SramOrganisation& organisation,
                      int weight_bits) {
  if (filter.bits == std::numeric_limits<std::uint32_t>::max()) {
    return {WideBits::ones(organisation.word_bits), WideBits::ones(organisation.check_bits)};
  }
  const auto bits = static_cast<std::uint32_t>(weight_bits);
  WordBits word;
  for (std::uint32_t lane = 0; lane < organisation.lanes(bits); ++lane) {
    word.data.put(lane * bits, filter.bits & WideBits::low_bits(bits));
  }
  return word;
}

}  // namespace

WordPath::WordPath(memory::StorageScheme scheme, const memory::SramOrganisation& organisation,
                   FaultFilter filter)
    : scheme_(std::move(scheme)),
      code_(scheme_.code->make(organisation.word_bits)),
      organisation_(organisation),
      filter_(std::move(filter)) {
  if (code_->check_bits() != organisation_.check_bits) {
    throw std::logic_error("a word code of " + std::to_string(code_->check_bits()) +
                           " check bits on an SRAM with " +
                           std::to_string(organisation_.check_bits));
  }
  for (int bits = 0; bits <= kMostWeightBits; ++bits) {
    const int width = std::max(bits, 1);  // no weight is narrower
    tables_.emplace_back(scheme_.encoding, width);
    passing_.push_back(passing_bits(filter_, organisation_, width));
  }
}

WordBits WordPath::written(const TileWord& word, const WideBits& wanted,
                           const memory::WordMask& known) const {
  return with_check_bits(scheme_.policy->choose(wanted, scheme_.encoding, word.weight_bits, known));
}

WordBits WordPath::with_check_bits(const WideBits& data) const { return code_->encode(data); }

ReadWord WordPath::read(const TileWord& word, const WordBits& stored,
                        const memory::WordMask& mask) const {
  const WordBits changed = (mask.apply(stored) ^ stored) & acting(word, stored);
  if (changed == WordBits{}) return read(stored);
  const memory::DecodedWord decoded = code_->decode(stored ^ changed);
  const WideBits of_weights = WideBits::ones(word.bits());
  return {decoded.data & of_weights, decoded.status, changed.data & of_weights};
}

WideBits WordPath::changeable(const TileWord& word, const WordBits& stored) const {
  return acting(word, stored).data & WideBits::ones(word.bits());
}

WordBits WordPath::acting(const TileWord& word, const WordBits& stored) const {
  if (!filter_.passes_layer(word.node)) return {};
  const WordBits& passing = passing_[static_cast<std::size_t>(word.weight_bits)];
  switch (filter_.polarity) {
    case FaultPolarity::kBoth:
      return passing;
    case FaultPolarity::kZeroToOne:
      return passing & ~stored;
    case FaultPolarity::kOneToZero:
      return passing & stored;
  }
  throw std::logic_error("unknown polarity");
}

}  // namespace brownout::storage

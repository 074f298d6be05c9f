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
                      int weight_bits, std::uint32_t check_bits) {
  if (filter.bits == std::numeric_limits<std::uint32_t>::max()) {
    return {WideBits::ones(organisation.word_bits), WideBits::ones(check_bits)};
  }
  const auto bits = static_cast<std::uint32_t>(weight_bits);
  WordBits word;
  for (std::uint32_t lane = 0; lane < organisation.lanes(bits); ++lane) {
    word.data.put(lane * bits, filter.bits & WideBits::low_bits(bits));
  }
  return word;
}

}  // namespace

models::ByNode<WeightRange> weight_ranges(const models::WeightSet& weights) {
  models::ByNode<WeightRange> ranges;
  for (const std::vector<std::int8_t>& layer : weights) {
    if (layer.empty()) {
      ranges.emplace_back();
      continue;
    }
    const auto [low, high] = std::minmax_element(layer.begin(), layer.end());
    ranges.push_back({*low, *high});
  }
  return ranges;
}

WordPath::WordPath(memory::StorageScheme scheme, const memory::SramOrganisation& organisation,
                   FaultFilter filter, models::ByNode<WeightRange> ranges)
    : scheme_(std::move(scheme)),
      codec_(scheme_.codec(organisation.word_bits)),
      coded_(scheme_.code->name != "none"),
      flag_count_(scheme_.changes.flag_bits(organisation.word_bits)),
      organisation_(organisation),
      filter_(std::move(filter)),
      ranges_(std::move(ranges)) {
  if (codec_.check_bits() + flag_count_ != organisation_.check_bits) {
    throw std::logic_error("words of " + std::to_string(codec_.check_bits()) + " check bits and " +
                           std::to_string(flag_count_) + " flags on an SRAM with " +
                           std::to_string(organisation_.check_bits) + " bits beside the data");
  }
  const std::uint32_t check_bits =
      codec_.check_bits() + (scheme_.flag_cells() == memory::FlagCells::kFailing ? flag_count_ : 0);
  for (int bits = 0; bits <= kMostWeightBits; ++bits) {
    const int width = std::max(bits, 1);  // no weight is narrower
    tables_.emplace_back(scheme_.encoding, width);
    passing_.push_back(passing_bits(filter_, organisation_, width, check_bits));
  }
}

/// Its own flags, and those of its tile's columns.
memory::WordFlags WordPath::with_columns(const TileWord& word, memory::WordFlags flags) {
  flags.negated = flags.negated | word.columns.negated;
  flags.inverted = flags.inverted | word.columns.inverted;
  return flags;
}

/// The codes of the word's weights, those that flags tell with the other sign, as far as the
/// encoding has it: weights to what stands for them, and back.
WideBits WordPath::with_signs(const TileWord& word, const WideBits& codes,
                              const memory::WordFlags& flags) const {
  const WideBits plain = codes & WideBits::ones(word.bits());
  if (flags.negated == WideBits{}) return plain;
  const memory::CodeTable& table = this->table(word.weight_bits);
  const int largest = (1 << (word.weight_bits - 1)) - 1;
  WideBits result;
  for (int lane = 0; lane < word.weights; ++lane) {
    const auto first = static_cast<std::uint32_t>(lane * word.weight_bits);
    std::uint64_t code = word.code(plain, lane);
    if (flags.negated.bit(first)) {
      code = table.code(static_cast<std::int8_t>(std::min(-int{table.value(code)}, largest)));
    }
    result.put(first, code);
  }
  return result;
}

ReadWord WordPath::read(const TileWord& word, const WordBits& stored, const memory::WordMask& mask,
                        const memory::WordMask& known) const {
  memory::WordFlags flags = this->flags(word, stored);
  const std::uint32_t word_bits = organisation_.word_bits;
  const bool moved = flag_count_ != 0 || scheme_.columns.any();
  const memory::WordMask seen = moved ? memory::seen_through(flags, mask, word_bits) : mask;
  const WordBits changed = (seen.apply(stored) ^ stored) & acting(word, stored);
  ReadWord read;
  if (changed == WordBits{}) {
    read = this->read(word, stored);
  } else {
    read.wrong = changed.data & WideBits::ones(word.bits());
    WordBits delivered = stored ^ changed;
    if (moved) {
      const memory::WordFlags told = this->flags(word, delivered);
      delivered.data = memory::misread(delivered.data, flags, told, word_bits);
      flags = told;
    }
    const WideBits data = coded_ ? decode(word, stored, delivered, read.codewords) : delivered.data;
    if (read.codewords.refetched != 0) flags = this->flags(word, stored);
    read.codes = with_signs(word, data, flags);
    if (scheme_.clamp_weights) read.codes = clamped(word, read.codes);
  }
  // What DRAM has stands on no failing cell.
  if (masks_reads() && read.codewords.refetched == 0) {
    read.codes = masked(word, read.codes,
                        acting(word, moved ? seen_through(flags, known, word_bits) : known));
  }
  return read;
}

WideBits WordPath::decode(const TileWord& word, const WordBits& stored, const WordBits& delivered,
                          CodewordCounts& counts) const {
  const memory::DecodedCodewords decoded = codec_.decode(delivered);
  const WideBits intact = this->data(stored);
  counts = count(decoded, intact);
  if (decoded.uncorrectable == 0) return decoded.data;
  switch (scheme_.on_uncorrectable) {
    case memory::OnUncorrectable::kKeep:
      return decoded.data;
    case memory::OnUncorrectable::kZero:
      return without(decoded.uncorrectable, word, decoded.data);
    case memory::OnUncorrectable::kRefetch:
      counts.refetched = 1;
      counts.miscorrected = 0;
      return intact;
  }
  throw std::logic_error("unknown treatment of uncorrectable words");
}

WideBits WordPath::clamped(const TileWord& word, const WideBits& codes) const {
  const memory::CodeTable& table = this->table(word.weight_bits);
  const WeightRange range = ranges_.at(word.node);
  WideBits result;
  for (int lane = 0; lane < word.weights; ++lane) {
    const std::uint64_t code = word.code(codes, lane);
    const std::int8_t value = table.value(code);
    const std::int8_t within = std::clamp(value, range.low, range.high);
    // A value may have two codes; one within the range stays as it was read.
    result.put(static_cast<std::uint32_t>(lane * word.weight_bits),
               within == value ? code : table.code(within));
  }
  return result;
}

WideBits WordPath::masked(const TileWord& word, const WideBits& data,
                          const memory::WordMask& known) const {
  const WideBits faulty = (known.stuck_at_0 | known.stuck_at_1 | known.flip).data;
  if (faulty == WideBits{}) return data;
  const auto bits = static_cast<std::uint32_t>(word.weight_bits);
  WideBits result;
  for (int lane = 0; lane < word.weights; ++lane) {
    const auto first = static_cast<std::uint32_t>(lane) * bits;
    result.put(first,
               memory::masked(scheme_.read_mask, scheme_.encoding,
                              static_cast<std::uint32_t>(word.code(data, lane)), word.weight_bits,
                              static_cast<std::uint32_t>(faulty.field(first, bits))));
  }
  return result;
}

CodewordCounts WordPath::count(const memory::DecodedCodewords& decoded,
                               const WideBits& intact) const {
  CodewordCounts counts;
  for (std::uint32_t c = 0; c < codec_.codewords(); ++c) {
    const bool uncorrectable = (decoded.uncorrectable >> c & 1U) != 0;
    counts.corrected += decoded.corrected >> c & 1U;
    counts.uncorrectable += uncorrectable ? 1 : 0;
    if (!uncorrectable && codec_.data_of(decoded.data, c) != codec_.data_of(intact, c)) {
      ++counts.miscorrected;
    }
  }
  return counts;
}

/// With weights of 0 in place of those that have a bit in one of the codewords.
WideBits WordPath::without(std::uint64_t codewords, const TileWord& word,
                           const WideBits& data) const {
  if (codewords == 0) return data;
  const auto bits = static_cast<std::uint32_t>(word.weight_bits);
  const memory::CodeTable& table = tables_[static_cast<std::size_t>(word.weight_bits)];
  WideBits result;
  for (int lane = 0; lane < word.weights; ++lane) {
    const auto first = static_cast<std::uint32_t>(lane) * bits;
    const std::uint64_t touched = (std::uint64_t{2} << (first + bits - 1) / codec_.data_bits()) -
                                  (std::uint64_t{1} << first / codec_.data_bits());
    result.put(first, (codewords & touched) != 0 ? table.code(0) : data.field(first, bits));
  }
  return result;
}

WideBits WordPath::changeable(const TileWord& word, const WordBits& stored) const {
  return acting(word, stored).data & WideBits::ones(word.bits());
}

WordBits WordPath::acting(const TileWord& word, const WordBits& stored) const {
  if (!filter_.passes_layer(word.node)) return {};
  const WordBits& passing = passing_of(word);
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

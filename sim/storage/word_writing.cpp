// The other half of WordPath: what is written for weights, by what is known of the cells.
#include <algorithm>
#include <bit>
#include <cstdlib>

#include "memory/base/input_error.hpp"
#include "sim/storage/word_path.hpp"

namespace brownout::storage {

using memory::WideBits;
using memory::WordBits;

namespace {

/// Calls `visit(bit)` for every one, rising.
template <typename Visit>
void for_each_one(const WideBits& bits, Visit&& visit) {
  for (std::uint32_t p = 0; p < bits.parts.size(); ++p) {
    for (std::uint64_t left = bits.parts[p]; left != 0; left &= left - 1) {
      visit(p * WideBits::kPartBits + static_cast<std::uint32_t>(std::countr_zero(left)));
    }
  }
}

}  // namespace

WordBits WordPath::encoded_if_it_fits(const WideBits& data, std::uint64_t flags) const {
  if (!codec_.fits(data)) {
    throw InputError(
        "weights that leave no room for check bits: of eight that lie side by side, "
        "the first seven must be in -64..63");
  }
  return encoded(data, flags);
}

/// How far weights are from those wanted, summed over a word whose known cells fail.
std::uint64_t WordPath::error(const TileWord& word, const WideBits& wanted, const WordBits& stored,
                              const memory::WordMask& known) const {
  const WideBits codes = read(word, stored, known, known).codes;
  const memory::CodeTable& table = this->table(word.weight_bits);
  int sum = 0;
  for (int lane = 0; lane < word.weights; ++lane) {
    sum += std::abs(int{table.value(word.code(codes, lane))} -
                    int{table.value(word.code(wanted, lane))});
  }
  return static_cast<std::uint64_t>(sum);
}

/// Of all changes that flags beside a word may tell, the one behind which its weights read best; of
/// two as good the one with the lower flags, so that words on cells that do not fail have none.
WordBits WordPath::written(const TileWord& word, const WideBits& wanted,
                           const memory::WordMask& known) const {
  const bool looks = scheme_.looks_at_cells() && known != memory::WordMask{};
  if (!looks) return encoded_if_it_fits(with_signs(word, wanted, word.columns), 0);
  WordBits best;
  std::uint64_t least = 0;
  for (std::uint64_t bits = 0; bits >> flag_count_ == 0; ++bits) {
    const memory::WordFlags flags = word_flags(bits);
    if (scheme_.changes.bits_of(flags) != bits) continue;  // another name of the same
    const WideBits target = with_signs(word, wanted, with_columns(word, flags));
    const WordBits stored = encoded_if_it_fits(chosen(word, target, bits, known), bits);
    const std::uint64_t now = flag_count_ == 0 ? 0 : error(word, wanted, stored, known);
    if (bits == 0 || now < least) {
      best = stored;
      least = now;
    }
    if (least == 0) break;
  }
  return best;
}

std::uint64_t WordPath::written_codes(const TileWord& word, std::uint64_t wanted,
                                      const memory::PartMask& known) const {
  const memory::PartMask stuck = acting(word, known, passing_of(word).data.parts[0]);
  return scheme_.policy->choose(wanted, word.weight_bits, stuck) &
         WideBits::low_bits(organisation_.word_bits);
}

/// As many whole codes at a time as have room in 64 bits.
WideBits WordPath::by_policy(const WideBits& codes, int weight_bits,
                             const memory::WordMask& known) const {
  const auto width = static_cast<std::uint32_t>(weight_bits);
  const std::uint32_t step = WideBits::kPartBits / width * width;
  WideBits chosen;
  for (std::uint32_t first = 0; first < organisation_.word_bits; first += step) {
    const std::uint32_t count = std::min(step, organisation_.word_bits - first);
    const memory::PartMask part{known.stuck_at_0.data.field(first, count),
                                known.stuck_at_1.data.field(first, count),
                                known.flip.data.field(first, count)};
    chosen.put(first, scheme_.policy->choose(codes.field(first, count), weight_bits, part) &
                          WideBits::low_bits(count));
  }
  return chosen;
}

/// What the policy writes for the codes that are wanted. Before a decoder it may leave stuck bits
/// to that, one after the other, where it mends them: weights then stay as they are.
WideBits WordPath::chosen(const TileWord& word, const WideBits& target, std::uint64_t flags,
                          const memory::WordMask& known) const {
  memory::WordFlags change = word_flags(flags);
  memory::WordMask stuck = acting(
      word, memory::seen_through(with_columns(word, change), known, organisation_.word_bits));
  WideBits best = by_policy(target, word.weight_bits, stuck);
  if (!coded_ || best == target) return best;
  // Without the signs: these are undone behind the decoder.
  TileWord unsigned_word = word;
  unsigned_word.columns.negated = change.negated = {};
  const auto error_of = [&](const WideBits& data) {
    return error(unsigned_word, target, encoded(data, scheme_.changes.bits_of(change)), known);
  };
  std::uint64_t least = error_of(best);
  const WideBits in_the_way = stuck.apply(WordBits{target}).data ^ target;
  for_each_one(in_the_way, [&](std::uint32_t bit) {
    WideBits left;
    left.flip(bit);
    memory::WordMask rest = stuck;
    rest.stuck_at_0.data = rest.stuck_at_0.data & ~left;
    rest.stuck_at_1.data = rest.stuck_at_1.data & ~left;
    const WideBits data = by_policy(target, word.weight_bits, rest);
    const std::uint64_t now = error_of(data);
    if (now >= least) return;
    best = data;
    least = now;
    stuck = rest;
  });
  return best;
}

}  // namespace brownout::storage

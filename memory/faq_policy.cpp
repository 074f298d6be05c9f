#include "memory/faq_policy.hpp"

namespace brownout::memory {
namespace {

constexpr int kMostBits = 8;

/// `kBits` known to the compiler: shifts of a number of its own cost thrice as much.
template <int kBits>
std::uint64_t nearest_codes(const NearestValues& table, std::uint64_t wanted,
                            const PartMask& known) {
  constexpr auto kLowest = static_cast<std::uint32_t>(WideBits::low_bits(kBits));
  std::uint64_t at_0 = known.stuck_at_0, at_1 = known.stuck_at_1, chosen = 0;
  // Above the last one all codes stay 0. Not only those that have stuck bits: to look for these
  // costs more.
  for (int first = 0; (wanted | at_1) != 0; first += kBits) {
    const std::uint64_t code = table.nearest(static_cast<std::uint32_t>(at_0) & kLowest,
                                             static_cast<std::uint32_t>(at_1) & kLowest,
                                             static_cast<std::uint32_t>(wanted) & kLowest);
    chosen |= code << first;
    at_0 >>= kBits;
    at_1 >>= kBits;
    wanted >>= kBits;
  }
  return chosen;
}

}  // namespace

FaqPolicy::FaqPolicy(Encoding encoding) {
  for (int bits = 1; bits <= kMostBits; ++bits) tables_.emplace_back(encoding, bits);
}

std::uint64_t FaqPolicy::choose(std::uint64_t wanted, int bits, const PartMask& known) const {
  static constexpr decltype(&nearest_codes<1>) kOfWidth[] = {
      nearest_codes<1>, nearest_codes<2>, nearest_codes<3>, nearest_codes<4>,
      nearest_codes<5>, nearest_codes<6>, nearest_codes<7>, nearest_codes<8>};
  const auto width = static_cast<std::size_t>(bits - 1);
  return kOfWidth[width](tables_[width], wanted, known);
}

}  // namespace brownout::memory

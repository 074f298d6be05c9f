#include "memory/faq_policy.hpp"

namespace brownout::memory {
namespace {

constexpr int kMostBits = 8;

}  // namespace

FaqPolicy::FaqPolicy(Encoding encoding) {
  for (int bits = 1; bits <= kMostBits; ++bits) tables_.emplace_back(encoding, bits);
}

std::uint64_t FaqPolicy::choose(std::uint64_t wanted, int bits, const PartMask& known) const {
  const NearestValues& table = tables_[static_cast<std::size_t>(bits - 1)];
  const auto width = static_cast<std::uint32_t>(bits);
  const auto field = [&](std::uint64_t word, std::uint32_t first) {
    return static_cast<std::uint32_t>(word >> first & WideBits::low_bits(width));
  };
  // Not only those that have stuck bits: to look for these costs more.
  std::uint64_t chosen = 0;
  for (std::uint32_t first = 0; first < WideBits::kPartBits; first += width) {
    const std::uint64_t code = table.nearest(field(known.stuck_at_0, first),
                                             field(known.stuck_at_1, first), field(wanted, first));
    chosen |= code << first;
  }
  return chosen;
}

}  // namespace brownout::memory

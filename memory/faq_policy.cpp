#include "memory/faq_policy.hpp"

namespace brownout::memory {
namespace {

constexpr int kMostBits = 8;

}  // namespace

FaqPolicy::FaqPolicy(Encoding encoding) {
  for (int bits = 1; bits <= kMostBits; ++bits) tables_.emplace_back(encoding, bits);
}

WideBits FaqPolicy::choose(const WideBits& wanted, int bits, const WordMask& known) const {
  const NearestValues& table = tables_[static_cast<std::size_t>(bits - 1)];
  const auto width = static_cast<std::uint32_t>(bits);
  const WideBits& stuck_at_0 = known.stuck_at_0.data;
  const WideBits& stuck_at_1 = known.stuck_at_1.data;
  WideBits chosen;
  for (std::uint32_t first = 0; first + width <= WideBits::kMost; first += width) {
    const auto at_0 = static_cast<std::uint32_t>(stuck_at_0.field(first, width));
    const auto at_1 = static_cast<std::uint32_t>(stuck_at_1.field(first, width));
    const auto code = static_cast<std::uint32_t>(wanted.field(first, width));
    chosen.put(first, table.nearest(at_0, at_1, code));
  }
  return chosen;
}

}  // namespace brownout::memory

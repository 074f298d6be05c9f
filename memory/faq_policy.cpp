#include "memory/faq_policy.hpp"

#include <bit>

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
  const WideBits stuck = stuck_at_0 | stuck_at_1;
  WideBits changed;
  std::uint32_t next = 0;  // bits below are done
  for (std::uint32_t p = 0; p < stuck.parts.size(); ++p) {
    for (std::uint64_t left = stuck.parts[p]; left != 0; left &= left - 1) {
      const std::uint32_t bit =
          p * WideBits::kPartBits + static_cast<std::uint32_t>(std::countr_zero(left));
      const std::uint32_t first = bit / width * width;
      if (bit < next || first + width > WideBits::kMost) continue;
      next = first + width;
      const auto at_0 = static_cast<std::uint32_t>(stuck_at_0.field(first, width));
      const auto at_1 = static_cast<std::uint32_t>(stuck_at_1.field(first, width));
      const auto code = static_cast<std::uint32_t>(wanted.field(first, width));
      changed.put(first, code ^ table.nearest(at_0, at_1, code));
    }
  }
  return wanted ^ changed;
}

}  // namespace brownout::memory

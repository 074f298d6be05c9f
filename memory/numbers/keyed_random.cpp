// Chances as integer thresholds.
#include "memory/numbers/keyed_random.hpp"

#include <stdexcept>

#include "memory/base/text_number.hpp"

namespace brownout::memory {
namespace {

constexpr double kTwoTo64 = 18446744073709551616.0;

}  // namespace

Chance::Chance(double p) : certain_(p == 1.0) {
  if (!(p >= 0.0 && p <= 1.0)) {
    throw std::logic_error("a chance of " + format_double(p) + " is not in 0..1");
  }
  // Scaling by a power of two is exact, and the conversion rounds down.
  if (!certain_) threshold_ = static_cast<std::uint64_t>(p * kTwoTo64);
}

}  // namespace brownout::memory

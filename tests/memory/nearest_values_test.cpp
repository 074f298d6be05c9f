// Fault-aware quantization against brute force, against a search without a table, and against the
// mean errors of an independent enumeration.
#include "memory/nearest_values.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "memory/faq_policy.hpp"
#include "memory/numbers/keyed_random.hpp"

namespace brownout::memory {
namespace {

constexpr Encoding kEncodings[] = {Encoding::kTwosComplement, Encoding::kOffsetBinary,
                                   Encoding::kSignMagnitude, Encoding::kGray};

/// Calls `visit(stuck at 0, stuck at 1)` for every pattern of stuck bits.
template <typename Visit>
void for_each_pattern(int bits, Visit&& visit) {
  const std::uint32_t end = std::uint32_t{1} << bits;
  for (std::uint32_t at_1 = 0; at_1 < end; ++at_1) {
    for (std::uint32_t at_0 = 0; at_0 < end; ++at_0) {
      if ((at_0 & at_1) == 0) visit(at_0, at_1);
    }
  }
}

TEST(NearestValues, AreTheNearestOfAllThatTheStuckBitsLeave) {
  for (const Encoding encoding : kEncodings) {
    for (int bits = 1; bits <= 8; ++bits) {
      const NearestValues table(encoding, bits);
      const std::uint32_t end = std::uint32_t{1} << bits;
      std::vector<int> values;
      for (std::uint32_t code = 0; code < end; ++code) {
        values.push_back(decode(encoding, code, bits));
      }
      for_each_pattern(bits, [&](std::uint32_t at_0, std::uint32_t at_1) {
        std::vector<int> left;
        for (std::uint32_t code = 0; code < end; ++code) {
          if ((code & at_0) == 0 && (code & at_1) == at_1) left.push_back(values[code]);
        }
        for (std::uint32_t wanted = 0; wanted < end; ++wanted) {
          const std::uint32_t got = table.nearest(at_0, at_1, wanted);
          ASSERT_EQ((got & ~at_0) | at_1, got);  // it reads as it is written
          // Least distance, then least magnitude, then the positive one.
          const auto rank = [&](int value) {
            return std::pair(std::abs(value - values[wanted]), 2 * std::abs(value) - (value > 0));
          };
          auto best = rank(left.front());
          for (const int value : left) best = std::min(best, rank(value));
          ASSERT_EQ(rank(values[got]), best)
              << to_string(encoding) << ", " << bits << " bits, 0: " << at_0 << ", 1: " << at_1
              << ", wanted " << values[wanted] << ", got " << values[got];
        }
      });
    }
  }
}

/// The distance to the nearest offset-binary code in one walk from the highest bit: equal to the
/// wanted one above a bit, the other value at it (if it can be), and below as near as can be.
int walked_distance(int bits, std::uint32_t at_0, std::uint32_t at_1, std::uint32_t wanted) {
  int best = 1 << bits;
  for (int bit = bits - 1; bit >= 0; --bit) {
    const std::uint32_t one = std::uint32_t{1} << bit, below = one - 1;
    const bool stuck = ((at_0 | at_1) & one) != 0;
    const bool agrees = !stuck || ((at_1 & one) != 0) == ((wanted & one) != 0);
    if (!stuck || !agrees) {  // leave the wanted code at this bit
      const bool up = (wanted & one) == 0;
      const std::uint32_t free = below & ~(at_0 | at_1);
      const std::uint32_t low = (at_1 & below) | (up ? 0 : free);
      const std::uint32_t candidate = (wanted & ~(one | below)) | (up ? one : 0) | low;
      best = std::min(best, std::abs(static_cast<int>(candidate) - static_cast<int>(wanted)));
    }
    if (!agrees) return best;
  }
  return 0;
}

TEST(NearestValues, AreAsNearAsASearchAlongTheBitsFinds) {
  for (const Encoding encoding : {Encoding::kOffsetBinary, Encoding::kTwosComplement}) {
    for (int bits = 2; bits <= 8; ++bits) {
      const NearestValues table(encoding, bits);
      const std::uint32_t top = std::uint32_t{1} << (bits - 1);
      // Two's complement is offset binary with the highest bit inverted, stuck values too.
      const std::uint32_t inverted = encoding == Encoding::kTwosComplement ? top : 0;
      for_each_pattern(bits, [&](std::uint32_t at_0, std::uint32_t at_1) {
        const std::uint32_t stuck_top = (at_0 | at_1) & inverted;
        for (std::uint32_t wanted = 0; wanted < 2 * top; ++wanted) {
          const int got = decode(encoding, table.nearest(at_0, at_1, wanted), bits);
          ASSERT_EQ(std::abs(got - decode(encoding, wanted, bits)),
                    walked_distance(bits, at_0 ^ stuck_top, at_1 ^ stuck_top, wanted ^ inverted));
        }
      });
    }
  }
}

struct MeanError {
  int bits;
  double p;
  const char *faulty, *uniform_raw, *uniform_faq, *gauss_raw, *gauss_faq;
};

std::string digits(double value, int count) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", count, value);
  return text;
}

// Cells independently stuck with probability p, at 0 as often as at 1; codes of offset binary, all
// equally likely or normal around the middle with sigma = 2^bits / 8. The rows come from an
// enumeration in NumPy.
TEST(NearestValues, HaveTheMeanErrorsOfAnIndependentEnumeration) {
  const MeanError rows[] = {
      {8, 0.01, "7.73", "1.2689", "0.5575", "1.2673", "0.3125"},
      {8, 0.02, "14.92", "2.5255", "1.1235", "2.5193", "0.6349"},
      {8, 0.04, "27.86", "5.0029", "2.2800", "4.9781", "1.3094"},
      {8, 0.06, "39.04", "7.4335", "3.4690", "7.3776", "2.0227"},
      {8, 0.10, "56.95", "12.1589", "5.9411", "12.0028", "3.5624"},
      {7, 0.04, "24.86", "2.4928", "1.1673", "2.4804", "0.6822"},
      {6, 0.04, "21.72", "1.2375", "0.6066", "1.2313", "0.3644"},
      {5, 0.04, "18.46", "0.6097", "0.3216", "0.6066", "0.2013"},
      {4, 0.01, "3.94", "0.0747", "0.0432", "0.0746", "0.0285"},
      {4, 0.04, "15.07", "0.2956", "0.1743", "0.2941", "0.1158"},
      {4, 0.10, "34.39", "0.7231", "0.4424", "0.7135", "0.2988"},
  };
  for (const MeanError& row : rows) {
    const NearestValues table(Encoding::kOffsetBinary, row.bits);
    const std::uint32_t end = std::uint32_t{1} << row.bits;
    std::vector<double> gauss;
    double sum = 0;
    for (std::uint32_t code = 0; code < end; ++code) {
      const double sigmas = (code - end / 2.0) / (end / 8.0);
      gauss.push_back(std::exp(-sigmas * sigmas / 2));
      sum += gauss.back();
    }
    double uniform_raw = 0, uniform_faq = 0, gauss_raw = 0, gauss_faq = 0;
    for_each_pattern(row.bits, [&](std::uint32_t at_0, std::uint32_t at_1) {
      const int stuck = std::popcount(at_0 | at_1);
      const double likely = std::pow(row.p / 2, stuck) * std::pow(1 - row.p, row.bits - stuck);
      for (std::uint32_t code = 0; code < end; ++code) {
        const auto error = [&](std::uint32_t read) {
          return likely * std::abs(static_cast<int>(read) - static_cast<int>(code));
        };
        const double raw = error((code & ~at_0) | at_1);
        const double faq = error(table.nearest(at_0, at_1, code));
        uniform_raw += raw / end;
        uniform_faq += faq / end;
        gauss_raw += raw * gauss[code] / sum;
        gauss_faq += faq * gauss[code] / sum;
      }
    });
    EXPECT_EQ(digits(100 * (1 - std::pow(1 - row.p, row.bits)), 2), row.faulty);
    EXPECT_EQ(digits(uniform_raw, 4), row.uniform_raw) << row.bits << " bits, " << row.p;
    EXPECT_EQ(digits(uniform_faq, 4), row.uniform_faq) << row.bits << " bits, " << row.p;
    EXPECT_EQ(digits(gauss_raw, 4), row.gauss_raw) << row.bits << " bits, " << row.p;
    EXPECT_EQ(digits(gauss_faq, 4), row.gauss_faq) << row.bits << " bits, " << row.p;
  }
}

TEST(FaqPolicy, ChoosesEveryWeightOfAWordByItsOwnCells) {
  const FaqPolicy faq(Encoding::kTwosComplement);
  // 16, -1, 127 and 5, from the highest: -1 cannot be negative and becomes 0, 127 cannot be odd, 5
  // cannot but be negative.
  const std::uint64_t wanted = 0x10'00'00'00'00'ff'7f'05;
  const PartMask known{.stuck_at_0 = 0x00'00'00'00'00'80'01'00, .stuck_at_1 = 0x80};
  EXPECT_EQ(faq.choose(wanted, 8, known), 0x10'00'00'00'00'00'7e'ffU);
  EXPECT_EQ(faq.choose(wanted, 8, {}), wanted);
  EXPECT_TRUE(faq.looks_at_cells());
}

TEST(FaqPolicy, ChoosesWhatTheTableSaysWeightByWeight) {
  for (const Encoding encoding : kEncodings) {
    const FaqPolicy faq(encoding);
    for (int bits = 1; bits <= 8; ++bits) {
      const NearestValues table(encoding, bits);
      const auto width = static_cast<std::uint32_t>(bits);
      for (std::uint64_t word = 0; word < 500; ++word) {
        // Of some words the upper part is empty, or fails at 0 only.
        const std::uint64_t used = WideBits::low_bits(1 + static_cast<std::uint32_t>(word % 64));
        const std::uint64_t failing = keyed_hash(1, word) & keyed_hash(2, word);
        const std::uint64_t ones = keyed_hash(3, word) & used;
        const PartMask known{.stuck_at_0 = failing & ~ones, .stuck_at_1 = failing & ones};
        const std::uint64_t wanted = keyed_hash(4, word) & used;
        const auto field = [&](std::uint64_t of, std::uint32_t first) {
          return static_cast<std::uint32_t>(of >> first & WideBits::low_bits(width));
        };
        std::uint64_t expected = 0;
        for (std::uint32_t first = 0; first < 64; first += width) {
          const std::uint64_t code = table.nearest(
              field(known.stuck_at_0, first), field(known.stuck_at_1, first), field(wanted, first));
          expected |= code << first;
        }
        ASSERT_EQ(faq.choose(wanted, bits, known), expected)
            << to_string(encoding) << ", " << bits << " bits, word " << word;
      }
    }
  }
}

TEST(FaqPolicy, TakesTheBitsThatACutOffWeightHas) {
  const FaqPolicy faq(Encoding::kTwosComplement);
  // 21 weights of 3 bits, and the lowest bit of a 22nd, of 0.
  const PartMask known{.stuck_at_1 = std::uint64_t{1} << 63};
  EXPECT_EQ(faq.choose(0, 3, known), known.stuck_at_1);
}

}  // namespace
}  // namespace brownout::memory

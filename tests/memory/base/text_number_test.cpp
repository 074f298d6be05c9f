// Numbers as text: what is read, what is refused, and that printing loses nothing.
#include "memory/base/text_number.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "memory/numbers/keyed_random.hpp"

namespace brownout {
namespace {

TEST(TextNumber, WholeNumbersAreReadToTheirLimits) {
  EXPECT_EQ(parse_unsigned("0"), 0u);
  EXPECT_EQ(parse_unsigned("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse_unsigned("18446744073709551616"), std::nullopt);
  EXPECT_EQ(parse_integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse_integer("9223372036854775808"), std::nullopt);
}

TEST(TextNumber, WhateverIsNotAWholeNumberIsRefused) {
  for (const char* text : {"", " ", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "1_000", "one", "-"}) {
    EXPECT_EQ(parse_unsigned(text), std::nullopt) << text;
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_unsigned("-1"), std::nullopt);
}

TEST(TextNumber, HexadecimalDigitsAreOfEitherCase) {
  const std::string_view digits = "0123456789abcdef", upper = "0123456789ABCDEF";
  for (unsigned value = 0; value < digits.size(); ++value) {
    EXPECT_EQ(parse_digit(digits[value]), value);
    EXPECT_EQ(parse_digit(upper[value]), value);
  }
  for (const char c : std::string_view("gG/:@`-x \xff", 10))
    EXPECT_EQ(parse_digit(c), std::nullopt);
}

TEST(TextNumber, WhateverIsNotAFiniteNumberIsRefused) {
  for (const char* text : {"", "+1", " 1", "1,5", "1.5x", "inf", "-inf", "nan", "1e999", "."}) {
    EXPECT_EQ(parse_double(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_double("5e-324"), 5e-324);
  EXPECT_EQ(parse_double("-1.5E3"), -1500.0);
}

TEST(TextNumber, PrintedNumbersAreReadBackToTheBit) {
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const auto value = std::bit_cast<double>(memory::keyed_hash(1, i));
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(parse_double(format_double(value)), value) << format_double(value);
  }
}

TEST(TextNumber, PrintedNumbersAreTheShortest) {
  EXPECT_EQ(format_double(0.1), "0.1");
  EXPECT_EQ(format_double(1.0), "1");
  EXPECT_EQ(format_double(1e-300), "1e-300");
  EXPECT_EQ(format_double(std::numeric_limits<double>::infinity()), "inf");
}

TEST(TextNumber, QuotedTextIsShortenedWhenLong) {
  EXPECT_EQ(in_quotes("abc"), "\"abc\"");
  EXPECT_EQ(in_quotes(std::string(60, 'a')).size(), 62u);
  EXPECT_EQ(in_quotes(std::string(1000, 'a')).size(), 65u);
}

}  // namespace
}  // namespace brownout

// Numbers as text, the same in every locale: whole-text parsing and shortest round-trip printing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brownout {

/// The whole text as a decimal number, or nothing: no sign but '-', no blanks, no rest, in range.
std::optional<std::uint64_t> parse_unsigned(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);
/// The value of a hexadecimal digit of either case, or nothing.
std::optional<unsigned> parse_digit(char digit);
/// A finite number such as "0.5" or "1e-3", or nothing ("inf" and "nan" are not numbers here).
std::optional<double> parse_double(std::string_view text);

/// Shortest text that parse_double reads back as the same number; "inf", "-inf", "nan" otherwise.
std::string format_double(double value);

/// User's text for an error message: quoted, shortened when long.
std::string in_quotes(std::string_view text);
/// No control character: what a header line of a file can hold and give back.
bool is_one_line(std::string_view text);

}  // namespace brownout

// The one way of text from files, names and exceptions to a terminal, which must not obey it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace brownout::cli {

/// UTF-8 on one line: line ends and tabs become blanks; other control characters, and bytes that
/// are no UTF-8, become \xNN.
std::string one_line(std::string_view text);

/// The words of `text` in lines of at most `width` characters where words allow; all but the first
/// line begin with `indent` blanks.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent = 0);

/// Columns of text on standard output: COLUMNS of the environment, else those of the terminal, else
/// 100.
std::size_t terminal_columns();

}  // namespace brownout::cli

// The one way of text from files, names and exceptions to a terminal, which must not obey it.
#pragma once

#include <string>
#include <string_view>

namespace brownout::cli {

/// UTF-8 on one line: line ends and tabs become blanks; other control characters, and bytes that
/// are no UTF-8, become \xNN.
std::string one_line(std::string_view text);

}  // namespace brownout::cli

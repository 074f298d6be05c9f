// The program `brownout`: finds the command, runs it, turns exceptions into exit statuses.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace brownout::cli {

/// Results go to `out`, errors, notes and progress to `err`. Returns 0; 1 for a disagreement, an
/// internal error or failed points; 2 for bad input. Never throws.
int run_program(const std::vector<std::string>& words, std::ostream& out, std::ostream& err);

/// Control characters, line ends among them, become blanks.
std::string one_line(std::string text);

}  // namespace brownout::cli

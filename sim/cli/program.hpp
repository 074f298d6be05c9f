// The program `brownout`: finds the command, runs it, turns exceptions into exit statuses.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "sim/cli/command.hpp"

namespace brownout::cli {

/// Results go to `out`, errors, notes and progress to `err`. Returns 0; 1 for a disagreement, an
/// internal error, failed points or a failure of the world around; 2 for bad input, an InputError
/// and nothing else. Never throws; a signal that ends the command ends the process, after a line
/// that says how to go on.
int run_program(const std::vector<std::string>& words, std::ostream& out, std::ostream& err,
                const std::vector<Command>& commands = all_commands());

}  // namespace brownout::cli

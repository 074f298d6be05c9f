// Shell completion: what may follow on a command line, told from the declared commands, and the
// scripts by which shells ask for it (`brownout --complete WORD...`).
#pragma once

#include <string>
#include <vector>

#include "sim/cli/command.hpp"

namespace brownout::cli {

/// A line for each word that may stand in the place of the last of `words`, its description behind
/// a tab; or "%files" alone: a path is wanted, which shells know better. `words` are those behind
/// the program's name, the last one as far as it is typed.
std::vector<std::string> completions(const std::vector<Command>& commands,
                                     const std::vector<std::string>& words);

}  // namespace brownout::cli

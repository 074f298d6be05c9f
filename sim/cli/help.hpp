// Help texts, laid out from the commands' descriptions.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/command.hpp"

namespace brownout::cli {

/// All commands, one line each.
std::string program_help(const std::vector<Command>& commands);
/// Purpose, usage, example, options.
std::string command_help(const CommandSpec& spec);

}  // namespace brownout::cli

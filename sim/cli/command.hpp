// What a command is: its description and its code. One function a command makes it.
#pragma once

#include <functional>
#include <iosfwd>
#include <vector>

#include "sim/cli/options.hpp"

namespace brownout::cli {

struct Streams {
  std::ostream& out;  ///< results only
  std::ostream& err;  ///< notes and progress
};

struct Command {
  CommandSpec spec;
  /// The exit status. Throws InputError for bad input, before anything is created.
  std::function<int(const Arguments&, const Streams&)> run;
};

Command init_command();
Command run_command();
Command sweep_command();
Command vmin_command();
Command sensitivity_command();
Command compare_command();
Command report_command();
Command network_command();
Command weights_command();
Command map_generate_command();
Command map_info_command();
Command map_convert_command();
Command map_plot_command();
Command map_fit_command();
Command map_profile_command();
Command completion_command();

/// In the order in which help lists them.
std::vector<Command> all_commands();

}  // namespace brownout::cli

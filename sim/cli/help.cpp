// Wraps texts at a width that fits any terminal.
#include "sim/cli/help.hpp"

#include <algorithm>

#include "sim/cli/terminal_text.hpp"

namespace brownout::cli {
namespace {

constexpr std::size_t kWidth = 80;

std::string left_column(const OptionSpec& option) {
  return "  --" + option.name + (option.value.empty() ? "" : " " + option.value);
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, text.size()), ' ');
}

}  // namespace

std::string program_help(const std::vector<Command>& commands) {
  std::string help = wrapped(
      "brownout simulates DNN accelerators whose weight SRAM runs below its safe voltage: "
      "accuracy, energy and latency per operating voltage.",
      kWidth);
  help += "\n\nusage: brownout COMMAND [options]\n\ncommands:\n";
  std::size_t width = 0;
  for (const Command& command : commands) width = std::max(width, command.spec.name.size());
  for (const Command& command : commands) {
    help += "  " + padded(command.spec.name, width + 2) +
            wrapped(command.spec.summary, kWidth, width + 4) + "\n";
  }
  return help + "\n" +
         wrapped(
             "brownout COMMAND --help explains a command; brownout --version prints the version. "
             "Exit status: 0 done, 1 simulation disagreement or internal error, 2 bad input.",
             kWidth) +
         "\n";
}

std::string command_help(const CommandSpec& spec) {
  std::string help = wrapped(spec.purpose, kWidth) + "\n\nusage: brownout " + spec.name +
                     (spec.positional.empty() ? "" : " " + spec.positional) +
                     " [options]\n\nexample:\n  " + spec.example + "\n\noptions:\n";
  std::size_t width = 0;
  for (const OptionSpec& option : spec.options) {
    width = std::max(width, left_column(option).size() + 2);
  }
  for (const OptionSpec& option : spec.options) {
    help += padded(left_column(option), width) + wrapped(option.text, kWidth, width) + "\n";
  }
  return help;
}

}  // namespace brownout::cli

// Wraps texts at a width that fits any terminal.
#include "sim/cli/help.hpp"

#include <algorithm>
#include <sstream>

namespace brownout::cli {
namespace {

constexpr std::size_t kWidth = 90;

// The words of `text` in lines of kWidth, all but the first line indented.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::istringstream words(text);
  std::string result;
  std::string word;
  std::size_t column = indent;
  while (words >> word) {
    if (column > indent && column + 1 + word.size() > kWidth) {
      result += '\n';
      result.append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
  }
  return result;
}

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
      "accuracy, "
      "energy and latency per operating voltage.",
      0);
  help += "\n\nusage: brownout COMMAND [options]\n\ncommands:\n";
  std::size_t width = 0;
  for (const Command& command : commands) width = std::max(width, command.spec.name.size());
  for (const Command& command : commands) {
    help += "  " + padded(command.spec.name, width + 2) + command.spec.summary + "\n";
  }
  return help +
         "\n"
         "brownout COMMAND --help explains a command; brownout --version prints the version.\n"
         "Exit status: 0 done, 1 simulation disagreement or internal error, 2 bad input.\n";
}

std::string command_help(const CommandSpec& spec) {
  std::string help = wrapped(spec.purpose, 0) + "\n\nusage: brownout " + spec.name +
                     (spec.positional.empty() ? "" : " " + spec.positional) +
                     " [options]\n\nexample:\n  " + spec.example + "\n\noptions:\n";
  std::size_t width = 0;
  for (const OptionSpec& option : spec.options) {
    width = std::max(width, left_column(option).size() + 2);
  }
  for (const OptionSpec& option : spec.options) {
    help += padded(left_column(option), width) + wrapped(option.text, width) + "\n";
  }
  return help;
}

}  // namespace brownout::cli

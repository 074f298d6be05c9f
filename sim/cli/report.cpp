// `brownout report`: hands result directories to the Python package, which draws.
#include "sim/cli/command.hpp"
#include "sim/cli/python_tools.hpp"
#include "sim/cli/workload_options.hpp"

namespace brownout::cli {
namespace {

OptionSpecs drawing_options() {
  return {{"out", "DIR2", "Where to write. Default: DIR; required of several."},
          {"layers-at", "V",
           "Voltage of the tables of layers. Default: the one that the report leads with, else the "
           "lowest."},
          {"format", "LIST",
           "Files beside the page, with commas: png, svg and pdf (text as text), tex (tables, with "
           "booktabs). Default: png,svg."},
          {"width", "MM", "Width of the pictures on paper, e.g. 85mm. Default: as on the page."}};
}

CommandSpec spec() {
  return {
      .name = "report",
      .summary = "curves, tables and a page (report.html) of a result directory",
      .purpose =
          "Draws what sweep, vmin or sensitivity wrote: DIR gets report.html, which loads nothing "
          "from elsewhere, and its pictures. Of several sweeps, or of one with axes, one report "
          "compares them. Runs python -m brownout_tools.reporting by the "
          "interpreter that the environment variable BROWNOUT_PYTHON names, else that in .venv "
          "above the program, else python3.",
      .example = "brownout report out/mnist",
      .positional = "DIR...",
      .options = joined({drawing_options(),
                         {{"quiet", "", "Prints nothing."},
                          {"help", "", "This text."},
                          {"version", "", "The version."}}})};
}

int run(const Arguments& arguments, const Streams&) {
  std::vector<std::string> words;
  for (const OptionSpec& option : drawing_options()) {
    if (const auto value = arguments.text(option.name)) {
      words.push_back("--" + option.name);
      words.push_back(*value);
    }
  }
  if (arguments.has("quiet")) words.emplace_back("--quiet");
  words.emplace_back("--");
  words.insert(words.end(), arguments.positionals().begin(), arguments.positionals().end());
  return run_python_tool("reporting", words);
}

}  // namespace

Command report_command() { return {spec(), run}; }

}  // namespace brownout::cli

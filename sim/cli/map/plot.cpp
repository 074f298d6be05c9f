// `brownout map plot`: counts what a picture of fault maps shows, and has it drawn.
#include <algorithm>
#include <array>
#include <ostream>

#include "memory/base/input_error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/map/input.hpp"
#include "sim/cli/map/picture_counts.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/python_tools.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/experiment/runner/whole_file.hpp"

namespace brownout::cli {
namespace {

using memory::Voltage;

constexpr std::array<const char*, 4> kEndings = {".svg", ".pdf", ".png", ".json"};

CommandSpec spec() {
  return {
      .name = "map plot",
      .summary = "fault maps as a picture (SVG, PDF, PNG)",
      .purpose =
          "Draws a fault map, in any format that map convert reads: where the faults lie at a "
          "voltage, how their number grows when the voltage falls, their polarity, and how they "
          "gather on bitlines. Of several maps of one memory, dies of a wafer, it draws what they "
          "have together. Python draws, as for brownout report; a .json file gets the numbers.",
      .example = "brownout map plot my_chip.csv --out my_chip.svg",
      .positional = "MAP...",
      .options = joined(
          {{{"out", "FILE", "File that is written, .svg, .pdf, .png or .json. Required."},
            {"voltage", "V",
             "Voltage of the picture. Default: the lowest one that the maps tell of."},
            {"width", "MM", "Width of the picture on paper, e.g. 170mm. Default: for a screen."}},
           bitline_options(),
           map_input_options(),
           output_options()})};
}

void check_ending(const std::filesystem::path& out) {
  if (std::find(kEndings.begin(), kEndings.end(), out.extension()) != kEndings.end()) return;
  fail_option("out", out.string() + " does not end in .svg, .pdf, .png or .json");
}

Dies read_dies(const Arguments& arguments) {
  const memory::MapImport import = map_import_of(arguments);
  Dies dies;
  for (const std::string& path : arguments.positionals()) {
    dies.push_back(memory::read_map(path, import));
  }
  return dies;
}

// The exit status of the package.
int write_picture(const std::string& counts, const std::filesystem::path& out,
                  const std::optional<std::string>& width) {
  if (out.extension() == ".json") {
    experiment::write_whole_file(out, counts);
    return 0;
  }
  std::vector<std::string> words = {"--out", out.string()};
  if (width) words.insert(words.end(), {"--width", *width});
  return run_python_tool("reporting.map_picture", words, counts);
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const std::filesystem::path out = arguments.required("out");
  check_ending(out);
  check_output_file(out, "out");
  const Dies dies = read_dies(arguments);
  const memory::ImportedMap& first = dies.front();
  const Voltage voltage = arguments.voltage("voltage").value_or(lowest_of(dies));
  const memory::BitlineShape bitline = bitline_of(arguments, first.map);
  std::string counts;
  std::uint64_t faults = 0;
  try {
    counts = picture_counts(dies, voltage, bitline);
    for (const auto& die : dies) faults += memory::faults_at(die.map, voltage).total();
  } catch (const InputError& error) {
    throw error.within("--voltage");
  }
  const int status = write_picture(counts, out, arguments.text("width"));
  if (status != 0) return status;
  Report report{.facts = {{{"file", "written"}, out.string()}}, .table = {}};
  if (dies.size() > 1) report.facts.push_back({{"dies", "dies"}, dies.size()});
  append(report.facts, map_facts(first.map));
  append(report.facts, test_facts(first));
  append(report.facts, {{{"voltage", "drawn at", first.map.header().unit}, voltage_cell(voltage)},
                        {{"faults_drawn", "failing cells there"}, faults}});
  streams.out << render(report, format);
  return 0;
}

}  // namespace

Command map_plot_command() { return {spec(), run}; }

}  // namespace brownout::cli

// `brownout map plot`: a fault map as a picture.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "memory/base/input_error.hpp"
#include "memory/maps/map_statistics.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/map/charts.hpp"
#include "sim/cli/map/input.hpp"
#include "sim/cli/map/picture.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/experiment/runner/whole_file.hpp"

namespace brownout::cli {
namespace {

using memory::SparseFaultMap;
using memory::Voltage;

constexpr double kWidth = 1120, kHeight = 800, kMargin = 28;

CommandSpec spec() {
  return {
      .name = "map plot",
      .summary = "a fault map as a picture (SVG)",
      .purpose =
          "Draws a fault map, in any format that map convert reads: where the faults lie at a "
          "voltage, how their number grows when the voltage falls, their polarity, and how they "
          "gather on bitlines.",
      .example = "brownout map plot my_chip.csv --out my_chip.svg",
      .positional = "MAP",
      .options =
          joined({{{"out", "FILE.svg", "File that is written. Required."},
                   {"voltage", "V",
                    "Voltage of the picture. Default: the lowest one that the map tells of."}},
                  bitline_options(),
                  map_input_options(),
                  output_options()})};
}

// Where the map's statement ends: the lowest measured voltage, or the lowest at which a cell fails.
Voltage lowest_of(const SparseFaultMap& map) {
  if (map.header().lowest_measured) return *map.header().lowest_measured;
  Voltage lowest = Voltage::infinite();
  for (const memory::Fault& fault : map.faults()) lowest = std::min(lowest, fault.vfail);
  return lowest.is_infinite() ? Voltage() : lowest;
}

// The source in two lines at most; its end, which tells what was done to the map, is kept.
void draw_source(Svg& svg, const std::string& source) {
  constexpr std::size_t kLine = 150;
  if (source.size() <= kLine) return svg.text(kMargin, 58, source);
  const std::size_t blank = source.rfind(' ', kLine);
  const std::size_t end = blank == std::string::npos ? kLine : blank;
  std::string rest = source.substr(end);
  if (rest.size() > kLine) rest = "..." + rest.substr(rest.size() - kLine);
  svg.text(kMargin, 58, source.substr(0, end));
  svg.text(kMargin, 74, rest);
}

std::string picture_of(const memory::ImportedMap& input, Voltage voltage,
                       const memory::BitlineShape& bitline) {
  const SparseFaultMap& map = input.map;
  const memory::FaultsAtVoltage faults = memory::faults_at(map, voltage);
  const auto bitlines = memory::group_counts(map, voltage, memory::CellGroup::kBitline, bitline);
  Svg svg(kWidth, kHeight);
  svg.text(kMargin, 36,
           fmt::format("Fault map at {} {}: {} failing cells, BER {:.3g}", voltage.text(),
                       map.header().unit, faults.total(), faults.ber),
           {20, "start", "#000000", true});
  draw_source(svg, map.source());
  draw_positions(svg, {kMargin, 88, kWidth - 2 * kMargin, 430}, map, voltage);
  constexpr double kChartsTop = 546, kChartHeight = 230;
  draw_faults_over_voltage(svg, {kMargin, kChartsTop, 400, kChartHeight}, map, lowest_of(map));
  draw_polarity(svg, {kMargin + 420, kChartsTop, 220, kChartHeight}, faults);
  draw_clusters(svg, {kMargin + 660, kChartsTop, 404, kChartHeight}, bitlines);
  return svg.document();
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const std::filesystem::path out = arguments.required("out");
  if (out.extension() != ".svg") fail_option("out", out.string() + " does not end in .svg");
  check_output_file(out, "out");
  const memory::ImportedMap input = read_map_input(arguments);
  const Voltage voltage = arguments.voltage("voltage").value_or(lowest_of(input.map));
  const memory::BitlineShape bitline = bitline_of(arguments, input.map);
  std::string picture;
  try {
    picture = picture_of(input, voltage, bitline);
  } catch (const InputError& error) {
    throw error.within("--voltage");
  }
  experiment::write_whole_file(out, picture);
  Report report{.facts = {{{"file", "written"}, out.string()}}, .table = {}};
  append(report.facts, map_facts(input.map));
  append(report.facts, test_facts(input));
  append(report.facts, {{{"voltage", "drawn at", input.map.header().unit}, voltage_cell(voltage)},
                        {{"faults_drawn", "failing cells there"},
                         memory::faults_at(input.map, voltage).total()}});
  streams.out << render(report, format);
  return 0;
}

}  // namespace

Command map_plot_command() { return {spec(), run}; }

}  // namespace brownout::cli

// The declared import options as options of a command, and what the map says as lines of a report.
#include "sim/cli/map/input.hpp"

#include <stdexcept>
#include <utility>

namespace brownout::cli {
namespace {

using memory::ImportOption;
using memory::SparseFaultMap;

// nothing: not given.
std::optional<memory::ImportValue> value_of(const Arguments& arguments,
                                            const ImportOption& option) {
  using Type = ImportOption::Type;
  if (!arguments.has(option.name)) return {};
  switch (option.type) {
    case Type::kFlag:
      return true;
    case Type::kNumber:
      return *arguments.integer(option.name, 1, option.highest);
    case Type::kWord:
      return *arguments.choice(option.name, option.words);
    case Type::kVoltage:
      return *arguments.voltage(option.name);
    case Type::kVoltages:
      return *arguments.voltages(option.name);
    case Type::kText:
    case Type::kPath:
      return *arguments.text(option.name);
  }
  throw std::logic_error("an import option of no type");
}

}  // namespace

std::vector<OptionSpec> map_input_options() {
  std::vector<OptionSpec> specs;
  for (const ImportOption& option : memory::import_options()) {
    specs.push_back({option.name, option.value, option.text});
  }
  return specs;
}

memory::MapImport map_import_of(const Arguments& arguments) {
  memory::MapImport import;
  for (const ImportOption& option : memory::import_options()) {
    if (auto value = value_of(arguments, option)) import.set(option.name, std::move(*value));
  }
  return import;
}

std::vector<OptionSpec> bitline_options() {
  return {{"cells-per-bitline", "N", "Rows of a column that share a bitline. Default: all."},
          {"interleaved-bitlines", "N",
           "Bitlines of a column that take turns row by row; 2: even and odd rows. Default: 1."}};
}

memory::BitlineShape bitline_of(const Arguments& arguments, const SparseFaultMap& map) {
  const std::uint64_t rows = map.geometry().rows;
  const auto number = [&](const std::string& name, std::uint64_t otherwise) {
    return static_cast<std::uint32_t>(arguments.integer(name, 1, rows).value_or(otherwise));
  };
  return {.interleaved = number("interleaved-bitlines", 1),
          .cells = number("cells-per-bitline", 0)};
}

memory::ImportedMap read_map_input(const Arguments& arguments) {
  return memory::read_map(arguments.positional(), map_import_of(arguments));
}

std::vector<Fact> map_facts(const SparseFaultMap& map) {
  const memory::FaultMapHeader& header = map.header();
  return {{{"source", "source"}, header.source},
          {{"geometry", "geometry"}, memory::to_string(header.geometry)},
          {{"cells", "cells"}, header.geometry.cells()},
          {{"unit", "unit of voltages"}, header.unit},
          {{"lowest_measured", "lowest measured", header.unit},
           header.lowest_measured ? voltage_cell(*header.lowest_measured) : Cell{}},
          {{"faults", "failing cells"}, map.faults().size()},
          {{"defects", "  at every voltage"}, memory::defect_count(map)}};
}

std::vector<Fact> test_facts(const memory::ImportedMap& input) {
  const Fact note = {{"note", "note"}, input.note.empty() ? Cell{} : Cell{input.note}};
  if (!input.is_test()) return input.note.empty() ? std::vector<Fact>{} : std::vector<Fact>{note};
  return {note, {{"nesting_violations", "nesting violations", "cells"}, input.nesting_violations}};
}

Cell list_cell(const std::vector<memory::Voltage>& voltages) {
  std::string text;
  for (const memory::Voltage voltage : voltages) {
    text += (text.empty() ? "" : ", ") + voltage.text();
  }
  return text.empty() ? Cell{} : Cell{text};
}

void refuse_options(const Arguments& arguments, const std::vector<std::string>& names,
                    const std::string& reason) {
  for (const std::string& name : names) {
    if (arguments.has(name)) fail_option(name, reason);
  }
}

}  // namespace brownout::cli

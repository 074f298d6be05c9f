// `brownout map generate`: the fault map of a generated chip as a file.
#include <fmt/format.h>

#include <limits>
#include <sstream>

#include "memory/base/input_error.hpp"
#include "memory/chip_draws.hpp"
#include "memory/files/fault_map_csv.hpp"
#include "memory/generators/defect_map.hpp"
#include "memory/maps/sparse_fault_map.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/config/accelerator_config.hpp"
#include "sim/config/memory_config.hpp"
#include "sim/experiment/runner/whole_file.hpp"

namespace brownout::cli {
namespace {

// About a quarter of a gigabyte of text. Sweeps need no file: they draw their chips themselves.
constexpr double kMostFaults = 10e6;

CommandSpec spec() {
  return {
      .name = "map generate",
      .summary = "writes the fault map of a generated chip as CSV",
      .purpose =
          "Draws the failing cells of one chip, by default that of the memory file or, where it "
          "has none, each cell independently at the rates of its profile, down to the profile's "
          "lowest voltage, and writes them with the "
          "highest voltage at which "
          "each one fails. brownout run --fault-map reads the file; chip N of a seed is the same "
          "chip as in run and sweep.",
      .example =
          "brownout map generate --memory configs/memories/sram_14nm.yaml --accelerator "
          "configs/accelerators/edge_32x32.yaml --chip 3 --out my_chip.csv",
      .positional = "",
      .options = joined(
          {{{"out", "FILE.csv", "File that is written. Required."},
            {"memory", "FILE", "Memory file: a profile and, maybe, the chip. Required."},
            {"accelerator", "FILE", "Takes the geometry of this accelerator's weight SRAM."},
            {"banks", "N", "Geometry without an accelerator, with --rows and --columns."},
            {"rows", "N", "Rows of cells of a bank."},
            {"columns", "N", "Bitlines of a bank."},
            {"generator", "MAP",
             "Generator with its parameters as below memory.chip of a workload, e.g. "
             "'{generator: gaussian_vmin, mu: 0.7, sigma: 0.05, kind: stuck}'. Default: the "
             "memory file's chip, else independent cells (iid) with the options below."},
            {"seed", "N", "Seed of the ensemble of chips. Default: 0."},
            {"chip", "N", "Which chip of the ensemble. Default: 0."},
            {"kind", "flip|stuck",
             "What a failing cell does: reads inverted, or is stuck at 0 or 1. Default: flip."},
            {"stuck-at-0-share", "X",
             "Share of the stuck cells that are stuck at 0. Default: 0.5."}},
           output_options()})};
}

memory::SramGeometry geometry_of(const Arguments& arguments) {
  for (const char* name : {"banks", "rows", "columns"}) arguments.exclude("accelerator", name);
  if (const auto path = arguments.path("accelerator")) {
    return config::load_accelerator(*path).spec.weight_sram.organisation().geometry();
  }
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  const auto size = [&](const char* name) {
    const auto value = arguments.integer(name, 1, kMost);
    if (!value) {
      throw InputError("--accelerator FILE, or --banks, --rows and --columns are required");
    }
    return static_cast<std::uint32_t>(*value);
  };
  return {.banks = size("banks"), .rows = size("rows"), .columns = size("columns")};
}

memory::FaultMixture mixture_of(const Arguments& arguments) {
  memory::FaultMixture mixture;
  mixture.stuck = arguments.choice("kind", {"flip", "stuck"}).value_or("flip") == "stuck";
  if (const auto share = arguments.number("stuck-at-0-share", 0, 1)) {
    if (!mixture.stuck) fail_option("stuck-at-0-share", "needs --kind stuck");
    mixture.stuck_at_0_share = *share;
  }
  return mixture;
}

// A chip of a memory file or an option, as far as it can be generated.
config::ChipConfig generable(const config::ChipConfig& chip, const char* option) {
  if (!chip.stack.empty()) fail_option(option, "a stack of map files is not generated");
  if (chip.measured()) fail_option(option, "a map of a file is no generator");
  return chip;
}

/// What to draw the chip from.
config::ChipConfig chip_config_of(const Arguments& arguments, const config::MemoryFile& file) {
  for (const char* name : {"kind", "stuck-at-0-share", "seed"}) {
    arguments.exclude("generator", name);
  }
  config::ChipConfig chip;
  if (const auto text = arguments.text("generator")) {
    const auto value = config::yaml_value(*text, "generator", "--generator", ".");
    return generable(config::read_chip(value), "generator");
  }
  if (file.chip) {
    for (const char* name : {"kind", "stuck-at-0-share"}) {
      if (arguments.has(name)) {
        fail_option(name, "the memory file says what its chips are; --generator replaces that");
      }
    }
    chip = generable(*file.chip, "memory");
  } else {
    chip.mixture = mixture_of(arguments);
  }
  const auto seed = arguments.integer("seed", 0, std::numeric_limits<std::uint64_t>::max());
  if (seed) chip.seed = *seed;
  return chip;
}

void refuse_huge(const memory::SramGeometry& geometry, const memory::VoltageProfile& profile) {
  const double cells = static_cast<double>(geometry.banks) * geometry.rows * geometry.columns;
  const double faults = cells * profile.ber(profile.lowest());
  if (faults <= kMostFaults) return;
  throw InputError(fmt::format(
      "{} would have about {:.2g} failing cells at {} {}; a map file holds at most {:.2g}. A "
      "workload with a generated chip needs no file",
      memory::to_string(geometry), faults, profile.lowest().text(),
      memory::to_string(profile.data().unit), kMostFaults));
}

/// One record a cell: a defect goes before a voltage fault.
void add_defects(const memory::DefectMap& defects, memory::FaultMapHeader& header,
                 std::vector<memory::Fault>& faults) {
  const memory::CellMasks& masks = defects.masks();
  std::erase_if(faults,
                [&](const memory::Fault& fault) { return masks.at(fault.cell).has_value(); });
  masks.for_each([&](const memory::CellAddress& cell, memory::FaultKind kind) {
    faults.push_back({cell, memory::Voltage::infinite(), kind});
  });
  header.source += " + " + defects.source();
}

memory::SparseFaultMap as_file(const memory::GeneratedFaultMap& map,
                               const config::ChipConfig& source, std::uint64_t chip_seed) {
  const memory::VoltageProfile& profile = map.profile();
  memory::FaultMapHeader header{.geometry = map.geometry(),
                                .unit = memory::to_string(profile.data().unit),
                                .lowest_measured = profile.lowest(),
                                .source = map.source(),
                                .sigma_read = source.sigma_read};
  std::vector<memory::Fault> faults = map.faults();
  if (source.defects) {
    add_defects(memory::DefectMap(map.geometry(), *source.defects, chip_seed), header, faults);
  }
  return {std::move(header), std::move(faults)};
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const std::filesystem::path out = arguments.required("out");
  check_output_file(out, "out");
  const config::MemoryFile file = config::load_memory_file(arguments.required("memory"));
  const auto& profile = file.profile;
  const config::ChipConfig source = chip_config_of(arguments, file);
  const std::uint64_t chip = chip_of(arguments);
  const memory::SramGeometry geometry = geometry_of(arguments);
  refuse_huge(geometry, *profile);

  const std::uint64_t chip_seed = memory::chip_seed(source.seed, chip);
  const auto generated =
      source.generator->make({geometry, profile, source.mixture, chip_seed}, source.parameters);
  const memory::SparseFaultMap map = as_file(*generated, source, chip_seed);
  std::ostringstream text;
  memory::write_fault_map_csv(text, map);
  experiment::write_whole_file(out, std::move(text).str());

  const std::string& unit = map.header().unit;
  const Report report{
      .facts = {{{"file", "file"}, out.string()},
                {{"source", "source"}, map.source()},
                {{"geometry", "geometry"}, memory::to_string(geometry)},
                {{"cells", "cells"}, geometry.cells()},
                {{"unit", ""}, unit},
                {{"lowest_measured", "lowest voltage", unit}, voltage_cell(profile->lowest())},
                {{"faults", "failing cells there"}, map.faults().size()}},
      .table = {}};
  streams.out << render(report, format);
  return 0;
}

}  // namespace

Command map_generate_command() { return {spec(), run}; }

}  // namespace brownout::cli

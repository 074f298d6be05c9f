// Options that several commands share, and the workload's configuration that they lead to.
#pragma once

#include <optional>
#include <vector>

#include "models/input_codes.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/table.hpp"
#include "sim/config/workload_config.hpp"

namespace brownout::cli {

using OptionSpecs = std::vector<OptionSpec>;

/// The lists one after another.
OptionSpecs joined(const std::vector<OptionSpecs>& lists);

/// --input: of commands that read a network file without a workload.
OptionSpec network_input_option();
std::optional<models::InputCodes> network_input_of(const Arguments& arguments);
/// --images, --dataset: for commands that evaluate images.
OptionSpecs image_options();
/// --accelerator, --memory, --set, --seed, --fault-map: for commands that read a workload.
OptionSpecs workload_options();
/// --help, --version: for every command.
OptionSpecs help_options();
/// The same and --format, --wide, --quiet: for all that print a report.
OptionSpecs output_options();

Format format_of(const Arguments& arguments);

/// The workload file with the options above put in. The voltages are not checked yet.
/// `axes`: of every --axis one value.
config::WorkloadConfig load_config(const Arguments& arguments,
                                   const std::vector<config::Setting>& axes = {});

/// --voltage, --ber: for commands that look at one operating point.
OptionSpecs operating_point_options();
/// --voltage, or the highest voltage of --ber, in place of the workload's operating point; then
/// checks it against the profile. Returns --ber.
std::optional<double> set_operating_point(const Arguments& arguments,
                                          config::WorkloadConfig& config);
/// What --ber asked for; no line where it did not.
Fact ber_fact(std::optional<double> ber);

/// --chip; 0 by default.
std::uint64_t chip_of(const Arguments& arguments);

/// Which chip it was: number, seed of its ensemble, map file, which of its faults act; `source` is
/// the fault map's own.
std::vector<Fact> chip_facts(const config::MemoryConfig& memory, std::uint64_t chip,
                             const std::string& source);

/// Cells that fail in some inferences only; shown in tables when there are any.
std::vector<Fact> intermittent_facts(std::size_t cells);

}  // namespace brownout::cli

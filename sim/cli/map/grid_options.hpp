// Options of the commands that evaluate many points into a directory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "sim/cli/workload_options.hpp"
#include "sim/experiment/runner/cosim_policy.hpp"

namespace brownout::cli {

inline constexpr int kMostChips = 1'000'000;

/// --out, --jobs.
OptionSpecs directory_options();
/// The same, --chips, --cosim. `of_what`: the chips of what --cosim speaks of.
OptionSpecs grid_options(const std::string& of_what);

/// --out. Throws InputError when it is a file.
std::filesystem::path out_of(const Arguments& arguments);
/// --jobs; the usable CPUs by default.
int jobs_of(const Arguments& arguments);
/// --cosim; one by default.
experiment::CosimPolicy policy_of(const Arguments& arguments);
/// --chips in place of the workload's; a fault map is one chip.
void set_chips(const Arguments& arguments, config::WorkloadConfig& config);
/// Throws InputError when the grid is beyond reason.
void check_grid(std::size_t rows, const std::string& rows_name, int chips);

/// "; to draw it: brownout report DIR", the end of the last line.
std::string report_hint(const std::filesystem::path& out);

/// A line per failure, and how to go on; the exit status.
int report_failures(const std::vector<std::string>& failures, std::ostream& err);

}  // namespace brownout::cli

#include "sim/cli/map/grid_options.hpp"

#include <algorithm>
#include <ostream>

#include "memory/base/input_error.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/terminal_text.hpp"
#include "sim/cli/usable_cpus.hpp"

namespace brownout::cli {
namespace {

constexpr int kMostJobs = 1024;
constexpr std::size_t kMostPoints = 10'000'000;

}  // namespace

OptionSpecs directory_options() {
  return {{"out", "DIR", "Directory of the results; made when it does not exist. Required."},
          {"jobs", "N",
           "Worker processes. Default: the CPUs that taskset and the quota of a container or job "
           "leave."}};
}

OptionSpecs grid_options(const std::string& of_what) {
  return joined(
      {directory_options(),
       {{"chips", "N",
         "Chips 0..N-1 of the ensemble. Default: sweep.chips; with fault maps, all of them."},
        {"cosim", "one|all|none",
         "Chips of each " + of_what +
             " whose first image the SystemC model runs too, and must agree on. Default: one."}}});
}

std::filesystem::path out_of(const Arguments& arguments) {
  std::filesystem::path out = arguments.required("out");
  std::error_code ignored;
  if (std::filesystem::exists(out, ignored) && !std::filesystem::is_directory(out, ignored)) {
    fail_option("out", out.string() + " is a file, not a directory");
  }
  check_directory_for(out, "out");
  return out;
}

int jobs_of(const Arguments& arguments) {
  return arguments.count("jobs", 1, kMostJobs).value_or(std::min(usable_cpus(), kMostJobs));
}

experiment::CosimPolicy policy_of(const Arguments& arguments) {
  return experiment::parse_cosim_policy(
      arguments.choice("cosim", {"one", "all", "none"}).value_or("one"));
}

void set_chips(const Arguments& arguments, config::WorkloadConfig& config) {
  const auto chips = arguments.count("chips", 1, kMostChips);
  const std::size_t maps = config.memory.map_count();
  if (maps > 0 && static_cast<std::size_t>(chips.value_or(1)) > maps) {
    fail_option("chips", std::to_string(*chips) + " asked for, there " +
                             (maps == 1 ? "is one fault map"
                                        : "are " + std::to_string(maps) + " fault maps"));
  }
  if (chips) config.sweep.chips = *chips;
}

void check_grid(std::size_t rows, const std::string& rows_name, int chips) {
  if (rows <= kMostPoints / static_cast<std::size_t>(chips)) return;
  throw InputError(std::to_string(rows) + " " + rows_name + " x " + std::to_string(chips) +
                   " chips are more than " + std::to_string(kMostPoints) + " points");
}

std::string report_hint(const std::filesystem::path& out) {
  return "; to draw it: brownout report " + out.string();
}

int report_failures(const std::vector<std::string>& failures, std::ostream& err) {
  for (const std::string& failure : failures) err << "error: " << one_line(failure) << "\n";
  err << "error: " << failures.size()
      << " points failed, no CSV is written; the same command tries them again\n";
  return 1;
}

}  // namespace brownout::cli

#include "sim/cli/sweep_request.hpp"

#include "memory/base/input_error.hpp"
#include "sim/cli/map/grid_options.hpp"
#include "sim/cli/target_options.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/experiment/inputs/asked.hpp"

namespace brownout::cli {
namespace {

/// What is to be told about bit error rates.
Notes apply_grid(const Arguments& arguments, config::WorkloadConfig& config) {
  arguments.exclude("voltage", "ber");
  const experiment::AskedGrid asked{.voltages = arguments.voltages("voltage"),
                                    .rates = arguments.numbers("ber", 0, 1)};
  set_chips(arguments, config);
  experiment::set_grid(config, asked);
  check_grid(config.sweep.voltages.size(), "voltages", config.sweep.chips);
  if (!asked.rates) return {};
  const memory::VoltageProfile& profile = config.swept_profile();
  Notes notes = rate_notes(*asked.rates, profile);
  if (!config.sweep.rates.contains(profile.data().error_free_voltage)) {
    notes.push_back("the error-free voltage, " + profile.data().error_free_voltage.text() + " " +
                    memory::to_string(profile.data().unit) +
                    ", was added: what the others are compared with");
  }
  return notes;
}

/// What is asked about other dies than these is decided by so many chips.
void require_decidable(const std::optional<experiment::YieldClaim>& claim, int chips) {
  if (!claim) return;
  try {
    experiment::require_decidable(*claim, chips);
  } catch (const InputError& error) {
    throw error.within("--chips");
  }
}

}  // namespace

SweepRequest sweep_request(const Arguments& arguments, const std::vector<config::Setting>& axes) {
  SweepRequest request{.config = load_config(arguments, axes), .claim = {}, .notes = {}};
  request.notes = apply_grid(arguments, request.config);
  request.claim = claim_of(arguments);
  require_decidable(request.claim, request.config.sweep.chips);
  return request;
}

void require_share(const std::optional<experiment::YieldClaim>& claim, experiment::Metric metric) {
  if (!claim || experiment::is_share(metric)) return;
  fail_option("yield", "the workload's metric is " + title(metric) + ", by which no chip passes");
}

}  // namespace brownout::cli

// The accuracy target of a command, and the claim about the dies that keep it.
#pragma once

#include <optional>

#include "sim/cli/workload_options.hpp"
#include "sim/experiment/results/tolerance.hpp"
#include "sim/experiment/results/verdict.hpp"

namespace brownout::cli {

/// --min-top1, --min-auc, --max-drop.
OptionSpecs target_options();
experiment::AskedTarget target_of(const Arguments& arguments);

/// --yield, --confidence. `unasked`: what happens without them.
OptionSpecs claim_options(const std::string& unasked);
/// Nothing where neither is given; the other one is 95 %. Throws InputError for what is no claim.
std::optional<experiment::YieldClaim> claim_of(const Arguments& arguments);

}  // namespace brownout::cli

// `brownout sweep --axis`: several sweeps of one workload beside each other.
#pragma once

#include "sim/cli/command.hpp"
#include "sim/cli/workload_options.hpp"

namespace brownout::cli {

/// --axis.
OptionSpecs axis_options();

int run_axis_sweep(const Arguments& arguments, const Streams& streams);

}  // namespace brownout::cli

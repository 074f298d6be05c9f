// The keys of a workload's sections, in the order of listings. They point into the value.
#pragma once

#include <vector>

#include "sim/config/workload_config.hpp"
#include "sim/hardware/key.hpp"

namespace brownout::config {

std::vector<hardware::Key> keys_of(RunConfig& run);

}  // namespace brownout::config

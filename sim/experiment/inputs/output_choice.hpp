// Which output of a network with several is scored.
#pragma once

#include <string>
#include <vector>

#include "models/quantized_network.hpp"
#include "sim/config/workload_config.hpp"

namespace brownout::experiment {

/// Makes the output that `workload.output` names the network's; without the key it stays the first
/// of the file, which a note says where there are several. Throws InputError naming the
/// outputs there are.
void choose_output(const config::WorkloadConfig& config, models::QuantizedNetwork& network,
                   std::vector<std::string>& notes);

}  // namespace brownout::experiment

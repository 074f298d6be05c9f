// `memory.faults` of a workload, brought to its network: names become layers.
#pragma once

#include <string>

#include "models/quantized_network.hpp"
#include "sim/config/faults_config.hpp"
#include "sim/storage/fault_filter.hpp"

namespace brownout::experiment {

/// Throws InputError with the key's place: a layer that the network does not have or that
/// has no weights (names the nearest, or all), a bit that none of the layers has.
storage::FaultFilter select_faults(const config::FaultsConfig& faults,
                                   const models::QuantizedNetwork& network);
/// The node of that name, which has weights. Throws as above, with `place`.
models::NodeIndex find_layer(const std::string& name, const std::string& place,
                             const models::QuantizedNetwork& network);

/// "all", or "layers conv1, fc1; bits 6, 7; 0to1", for reports.
std::string describe(const config::FaultsConfig& faults);

}  // namespace brownout::experiment

// `memory.faults`: which faults of the weight SRAM act. Layers by name: whether the network has
// them is for the reader of the network to say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/config/yaml_value.hpp"
#include "sim/storage/fault_filter.hpp"

namespace brownout::config {

struct FaultsConfig {
  std::vector<std::string> layers;  ///< empty: all
  std::vector<int> bits;            ///< rising, each once, 0 is the lowest; empty: all
  storage::FaultPolarity polarity = storage::FaultPolarity::kBoth;
  std::string layers_place, bits_place;  ///< "FILE:LINE: memory.faults.layers", for errors

  bool restricts() const;
};

/// The map below `memory.faults`.
FaultsConfig read_faults(const Value& faults);

}  // namespace brownout::config

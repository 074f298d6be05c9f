#include "sim/hardware/on_chip_memory.hpp"

#include <stdexcept>

#include "memory/base/input_error.hpp"

namespace brownout::hardware {

std::string to_string(OnChipMemory memory) {
  switch (memory) {
    case OnChipMemory::kWeightSram:
      return "weight_sram";
    case OnChipMemory::kActivationSram:
      return "activation_sram";
    case OnChipMemory::kAccumulator:
      return "accumulator";
  }
  throw std::logic_error("unknown memory");
}

std::string title(OnChipMemory memory) {
  switch (memory) {
    case OnChipMemory::kWeightSram:
      return "weight SRAM";
    case OnChipMemory::kActivationSram:
      return "activation SRAM";
    case OnChipMemory::kAccumulator:
      return "accumulators";
  }
  throw std::logic_error("unknown memory");
}

OnChipMemory parse_on_chip_memory(std::string_view name) {
  for (const OnChipMemory memory : kOnChipMemories) {
    if (name == to_string(memory)) return memory;
  }
  throw InputError("'" + std::string(name) +
                   "' is not one of weight_sram, activation_sram, accumulator");
}

}  // namespace brownout::hardware

// At which voltages layers read the weight SRAM, and in which of its banks their weights lie:
// boosted reads and banks on a supply of their own, brought to the network.
#pragma once

#include <algorithm>
#include <optional>

#include "memory/voltage.hpp"
#include "models/quantized_network.hpp"
#include "sim/config/memory_config.hpp"
#include "sim/schedule/tile_program.hpp"
#include "sim/storage/by_read_voltage.hpp"

namespace brownout::experiment {

struct ReadVoltage {
  std::optional<memory::Voltage> own = {};  ///< of the layer's banks, where they have one
  memory::Voltage boost = {};               ///< at least; 0: not boosted

  /// Of the banks, by that of the weight SRAM's supply.
  memory::Voltage banks(memory::Voltage supply) const { return own.value_or(supply); }
  memory::Voltage reads(memory::Voltage supply) const { return std::max(boost, banks(supply)); }
  bool operator==(const ReadVoltage&) const = default;
};

/// Throws InputError with the key's place for a layer that is none.
storage::ByReadVoltage<ReadVoltage> read_voltages(const config::MemoryConfig& memory,
                                                  const models::QuantizedNetwork& network);

/// Gives the layers of a bank supply its banks, and the others the rest. Throws InputError with the
/// key's place where nothing is left for them, or for a layer that is none.
void give_banks(const config::MemoryConfig& memory, const models::QuantizedNetwork& network,
                schedule::TileProgram& program);

}  // namespace brownout::experiment

// The voltages of the supplies: the keys of `operating_point`, and what memories ask of the supply
// that they share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "memory/voltage.hpp"
#include "sim/config/memory_config.hpp"
#include "sim/config/yaml_value.hpp"
#include "sim/energy/energy_table.hpp"
#include "sim/hardware/supply.hpp"

namespace brownout::config {

struct SupplyPoint {
  hardware::Supply supply;
  memory::Voltage voltage;
  std::string place;  ///< "FILE:LINE: operating_point.NAME", for errors
};

struct OperatingPoint {
  std::vector<SupplyPoint> supplies;  ///< of memories that may fail, in the accelerator's order
  double logic_volts = 0;             ///< the energy table's reference unless given

  /// Throws std::logic_error where the memory is error-free.
  const SupplyPoint& of(hardware::OnChipMemory memory) const;
  memory::Voltage voltage(hardware::OnChipMemory memory) const { return of(memory).voltage; }
  /// Whether memories share a supply.
  bool any_joined() const;
  /// Throws std::logic_error where there is no such supply.
  void set(std::string_view supply, memory::Voltage voltage, std::string place = {});
};

/// Every supply at the highest of the error-free voltages of its memories; logic as in `point`.
OperatingPoint error_free(OperatingPoint point, const MemoryConfig& memory);

/// `accelerator`: the section that names the supplies. Throws where memories that share one have no
/// voltage in common: some have no profile, or the profiles are of different units.
void check_joined_memories(const Value& accelerator, const hardware::Supplies& supplies,
                           const MemoryConfig& memory);

/// The map below `operating_point` of a workload `root`. What it does not give is error-free, and
/// logic at the table's reference.
OperatingPoint read_operating_point(const Value& root, const hardware::Supplies& supplies,
                                    const MemoryConfig& memory, const energy::EnergyTable& table);

/// A supply whose voltages are swept, by its name. Throws where nothing on it may fail.
hardware::Supply read_swept_supply(const Value& name, const hardware::Supplies& supplies,
                                   const MemoryConfig& memory);

}  // namespace brownout::config

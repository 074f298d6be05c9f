// Event counts and seconds -> joules, per component and rail, dynamic and leakage apart.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "memory/voltage_profile.hpp"
#include "sim/energy/energy_table.hpp"
#include "sim/hardware/on_chip_memory.hpp"

namespace brownout::energy {

/// How the energy of what a supply feeds compares with that at the reference voltage.
struct SupplyFactor {
  double dynamic = 1;
  double leakage = 1;  ///< of power, not of energy

  bool operator==(const SupplyFactor&) const = default;
};

/// Of the logic, and of the memories that have a profile. All else stays at its reference.
struct SupplyFactors {
  SupplyFactor logic;
  hardware::PerMemory<std::optional<SupplyFactor>> memories = {};

  /// Of an event or leaker of `memory`, or of none, that the table has on `rail`.
  SupplyFactor of(std::optional<hardware::OnChipMemory> memory, Rail rail) const;
};

/// Dynamic (V/V_ref)^2; leakage power V/V_ref (constant current).
SupplyFactor logic_factor(const EnergyTable& table, double volts);

/// A memory by its profile. Throws InputError when that does not cover the voltage.
SupplyFactor memory_factor(const memory::VoltageProfile& profile, memory::Voltage voltage);

/// One product of the sum: an event times its count, or a power times its time.
struct EnergyTerm {
  std::string name;                        ///< key of its price in the table, e.g. "leakage.array"
  const Provenance* provenance = nullptr;  ///< of the table: component and rail
  std::optional<hardware::OnChipMemory> memory = {};  ///< whose access or leakage it is
  bool is_leakage = false;
  double amount = 0;  ///< events, or seconds
  double price = 0;   ///< joules an event, or watts of all units, at the rail's reference voltage
  double factor = 1;  ///< of the supply

  double joules() const { return amount * price * factor; }
};

/// One line of a breakdown: a component's share on one rail.
struct EnergyItem {
  std::string component;
  Rail rail = Rail::kLogic;
  double dynamic_joules = 0;
  double leakage_joules = 0;

  double joules() const { return dynamic_joules + leakage_joules; }
};

/// The energy of a layer, an inference or a run. Sums run over the items in their order, so equal
/// inputs give equal bits.
struct EnergyBreakdown {
  std::vector<EnergyItem>
      items;  ///< in the order in which the table's events and leakers name them

  double joules() const;
  double joules(Rail rail) const;
  double dynamic_joules() const;
  double leakage_joules() const;
  double weight_sram_joules() const { return joules(Rail::kWeightSram); }
  /// Of the total; 0 where there is no energy at all.
  double weight_sram_share() const;
};

/// What `counts` and `seconds` of leakage cost on an accelerator at the given voltages: events,
/// then leakers, each in its order. Points into `table`. Throws std::logic_error for a time or a
/// factor that is negative or not finite.
std::vector<EnergyTerm> energy_terms(const EnergyTable& table,
                                     const hardware::AcceleratorSpec& spec,
                                     const hardware::EventCounts& counts, double seconds,
                                     const SupplyFactors& factors);

/// The same, summed by component and rail.
EnergyBreakdown energy_of(const EnergyTable& table, const hardware::AcceleratorSpec& spec,
                          const hardware::EventCounts& counts, double seconds,
                          const SupplyFactors& factors);

}  // namespace brownout::energy

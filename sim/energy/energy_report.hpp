// Event counts and seconds -> joules, per component and rail, dynamic and leakage apart.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "memory/voltage_profile.hpp"
#include "sim/energy/energy_table.hpp"
#include "sim/hardware/on_chip_memory.hpp"

namespace brownout::energy {

/// How a rail's energy compares with that at its reference voltage.
struct RailFactor {
  double dynamic = 1;
  double leakage = 1;  ///< of power, not of energy

  bool operator==(const RailFactor&) const = default;
};

/// Every rail of the table, and the memories that the table has on a rail but that have a supply of
/// their own: their accesses and leakage follow that.
struct RailFactors : PerRail<RailFactor> {
  hardware::PerMemory<std::optional<RailFactor>> own;

  const RailFactor& of(hardware::Event event, Rail rail) const;
  const RailFactor& of(Leaker leaker, Rail rail) const;
};

/// Dynamic (V/V_ref)^2; leakage power V/V_ref (constant current).
RailFactor scaled_rail(double volts, double reference_volts);

/// A memory by its profile. Throws std::runtime_error when that does not cover the voltage.
RailFactor memory_factor(const memory::VoltageProfile& profile, memory::Voltage voltage);

/// The weight SRAM by its profile at `weight_sram`; logic at `logic_volts` (default: the table's
/// reference); the other rails stay at their reference. Throws std::runtime_error when the profile
/// does not cover the voltage.
RailFactors rail_factors(const EnergyTable& table, const memory::VoltageProfile& profile,
                         memory::Voltage weight_sram, std::optional<double> logic_volts = {});

/// One product of the sum: an event times its count, or a power times its time.
struct EnergyTerm {
  std::string name;                        ///< key of its price in the table, e.g. "leakage.array"
  const Provenance* provenance = nullptr;  ///< of the table: component and rail
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

/// What `counts` and `seconds` of leakage cost on an accelerator at the given rails: events, then
/// leakers, each in its order. Points into `table`. Throws std::logic_error for a time or a factor
/// that is negative or not finite.
std::vector<EnergyTerm> energy_terms(const EnergyTable& table,
                                     const hardware::AcceleratorSpec& spec,
                                     const hardware::EventCounts& counts, double seconds,
                                     const RailFactors& factors);

/// The same, summed by component and rail.
EnergyBreakdown energy_of(const EnergyTable& table, const hardware::AcceleratorSpec& spec,
                          const hardware::EventCounts& counts, double seconds,
                          const RailFactors& factors);

}  // namespace brownout::energy

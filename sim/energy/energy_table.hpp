// What an event costs and what a component leaks, on which rail, and who says so. Prices only;
// energy_report.hpp multiplies them with counts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/energy/process_laws.hpp"
#include "sim/energy/sram_model.hpp"
#include "sim/hardware/accelerator_spec.hpp"
#include "sim/hardware/event_counts.hpp"

namespace brownout::energy {

/// Where reports put a price's joules, and which voltage it follows unless it is of a memory that
/// has a profile: `logic` that of the logic's supply, the others none.
enum class Rail : std::uint8_t {
  kLogic,
  kWeightSram,
  kActivationSram,
  kAccumulator,
  kDram,
  kCount
};

inline constexpr std::size_t kRailCount = static_cast<std::size_t>(Rail::kCount);
inline constexpr std::array<std::string_view, kRailCount> kRailNames = {
    "logic", "weight_sram", "activation_sram", "accumulator", "dram"};
/// In the order of reports.
inline constexpr std::array kRails = {Rail::kWeightSram, Rail::kLogic, Rail::kActivationSram,
                                      Rail::kAccumulator, Rail::kDram};
/// Of which a table has a reference voltage.
inline constexpr std::array kReferenceRails = {Rail::kLogic, Rail::kActivationSram, Rail::kDram};

/// As keys and columns have it: weight_sram, logic, ...
std::string to_string(Rail rail);
/// As reports have it: "weight SRAM", "logic", ...
std::string title(Rail rail);

/// A value per rail.
template <typename T>
struct PerRail {
  std::array<T, kRailCount> values{};

  T& operator[](Rail rail) { return values[static_cast<std::size_t>(rail)]; }
  const T& operator[](Rail rail) const { return values[static_cast<std::size_t>(rail)]; }
};

/// What leaks, in the order of kLeakageUnits. A price is per unit of its size, so that one table
/// fits accelerators of any size.
enum class Leaker : std::uint8_t {
  kArray,
  kWeightSram,
  kActivationSram,
  kAccumulator,
  kVectorUnit,
  kDram,
  kCount
};

inline constexpr std::size_t kLeakerCount = static_cast<std::size_t>(Leaker::kCount);

/// The name of a leaker and of its unit in tables.
struct LeakageUnit {
  std::string_view name;
  std::string_view watts_key;
};

inline constexpr std::array<LeakageUnit, kLeakerCount> kLeakageUnits = {
    {{"array", "watts_per_pe"},
     {"weight_sram", "watts_per_kib"},
     {"activation_sram", "watts_per_kib"},
     {"accumulator", "watts_per_kib"},
     {"vector_unit", "watts_per_lane"},
     {"dram", "watts"}}};

/// Whose access or leakage it is, if a memory's that may fail.
std::optional<hardware::OnChipMemory> memory_of(hardware::Event event);
std::optional<hardware::OnChipMemory> memory_of(Leaker leaker);

/// PEs, KiB, lanes, or 1: how many units of `leaker` an accelerator has.
double leakage_units(Leaker leaker, const hardware::AcceleratorSpec& spec);

/// Bits that an event moves in an accelerator: a word of the weight SRAM with what stands beside
/// it, an accumulator entry, a byte... Nothing for events that have no width (arithmetic, idle
/// cycles).
std::optional<double> event_bits(hardware::Event event, const hardware::AcceleratorSpec& spec);

/// Where a price comes from. All of it is required.
struct Provenance {
  std::string component;  ///< the line of a report that the joules go to
  Rail rail = Rail::kLogic;
  std::string node;    ///< technology of the figure, e.g. "22 nm"
  std::string source;  ///< publication or run, and the derivation from it
  std::string date;    ///< of the figure, e.g. "2014"
};

/// The dynamic energy of an event at its rail's reference voltage.
struct EventPrice {
  double joules = 0;
  bool per_bit = false;  ///< joules are per bit of event_bits(), else per event
  Provenance provenance;
  bool by_model = false;  ///< joules are those of the table's SRAM model
};

/// The leakage power of one unit of a leaker at its rail's reference voltage.
struct LeakagePrice {
  double watts = 0;
  Provenance provenance;
  bool by_model = false;  ///< watts are those of the table's SRAM model
};

struct EnergyTableData {
  std::string name;
  std::string source;  ///< one line about the table as a whole
  /// Volts at which the prices hold, of kReferenceRails. Of the weight SRAM it is the memory
  /// profile's reference voltage, so it is no part of the table and stays 0.
  PerRail<double> reference_volts;
  std::array<std::optional<EventPrice>, hardware::kEventCount> events;
  std::array<std::optional<LeakagePrice>, kLeakerCount> leakage;
  std::optional<SramModel> sram = {};
  std::optional<LeakageTemperature> temperature = {};  ///< without: prices hold at any
  std::optional<ClockLaw> clock = {};                  ///< without: the clock is fixed
};

/// A complete table: every event and every leaker has a price (0 only where the table says 0).
class EnergyTable {
 public:
  /// Throws InputError that starts with a key, e.g. "events.mac_active: no price": a price
  /// that is missing, negative or not finite; per bit for an event without a width; what is
  /// of a memory on another rail than its own; a reference voltage that is not above 0, or not
  /// above the clock's threshold; a price by a model that is not there, or of what is no memory.
  explicit EnergyTable(EnergyTableData data);

  const std::string& name() const { return data_.name; }
  const std::string& source() const { return data_.source; }
  /// Throws std::logic_error for a rail that is none of kReferenceRails.
  double reference_volts(Rail rail) const;
  const EventPrice& price(hardware::Event event) const;
  const LeakagePrice& price(Leaker leaker) const;
  /// Joules of one event on this accelerator at the reference voltage.
  double joules(hardware::Event event, const hardware::AcceleratorSpec& spec) const;
  /// Watts of all units of a leaker on this accelerator at the reference voltage.
  double watts(Leaker leaker, const hardware::AcceleratorSpec& spec) const;
  const std::optional<SramModel>& sram() const { return data_.sram; }
  const std::optional<LeakageTemperature>& temperature() const { return data_.temperature; }
  const std::optional<ClockLaw>& clock() const { return data_.clock; }
  /// Of the clock with the logic at `volts`, to that at its reference voltage.
  double clock_factor(double volts) const;
  /// Of all banks of a memory; nothing without a model.
  std::optional<double> area_mm2(hardware::OnChipMemory memory,
                                 const hardware::AcceleratorSpec& spec) const;
  /// Memories that are priced by the model, with banks that it does not cover.
  std::vector<hardware::OnChipMemory> uncovered(const hardware::AcceleratorSpec& spec) const;

 private:
  double at_bank(const SizeLaw& law, hardware::OnChipMemory memory,
                 const hardware::AcceleratorSpec& spec) const;

  EnergyTableData data_;
};

}  // namespace brownout::energy

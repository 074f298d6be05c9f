// The rates of a memory profile, counted from measured maps of one or several dies.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "memory/maps/sparse_fault_map.hpp"

namespace brownout::memory {

/// The cells of all dies at one voltage.
struct MeasuredRate {
  Voltage voltage;
  std::uint64_t failing = 0;           ///< of all dies, defects aside
  std::uint64_t fewest = 0, most = 0;  ///< of one die
  double ber = 0;
  bool is_row = true;  ///< false: it has the count of a row beside it, so it cannot stand too
};

struct MeasuredProfile {
  std::uint64_t dies = 0, cells = 0;  ///< cells of all dies
  std::uint64_t defects = 0;          ///< fail at every voltage; left out
  Voltage error_free;                 ///< the lowest voltage above all faults
  std::vector<MeasuredRate> rates;    ///< of the voltages below it; falling
};

/// Counts at `voltages`; a cell fails at its vfail and below, so rates rise as the voltage falls.
/// Where two voltages have one count, a profile can hold one of them: the higher, so that rates
/// between are rather too high; of the lowest two the lower. `error_free`: a voltage at which no
/// cell fails, where `voltages` has none. Throws InputError: maps of several units, a
/// voltage below what a map measured, no voltage without a fault, fewer than two rates.
MeasuredProfile measured_profile(const std::vector<SparseFaultMap>& maps,
                                 std::vector<Voltage> voltages, std::optional<Voltage> error_free);

}  // namespace brownout::memory

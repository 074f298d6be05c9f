// What a memory does at a voltage: bit error rate, energy and leakage. Measured rows, interpolated.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "memory/voltage.hpp"

namespace brownout::memory {

enum class VoltageUnit { kVolts, kVmin };

/// "V" or "Vmin".
std::string to_string(VoltageUnit unit);

/// The highest voltage that a supply may have, in multiples of its reference voltage. A slip of the
/// unit (850 for 0.85) lies far above it; no memory or logic that is meant does.
constexpr int kMostOverReference = 2;

struct ProfileRow {
  Voltage voltage;
  double ber = 0;                       ///< share of failing cells, (0, 1); or 0 in all rows
  std::optional<double> access_energy;  ///< relative to the reference voltage
  std::optional<double> leakage;        ///< power, relative to the reference voltage
};

struct VoltageProfileData {
  std::string name;
  std::string source;
  VoltageUnit unit = VoltageUnit::kVmin;
  Voltage error_free_voltage;  ///< BER is 0 at and above it
  std::optional<Voltage> nominal_voltage;
  Voltage reference_voltage;         ///< where the energy table's joules hold
  std::optional<double> vmin_volts;  ///< volts of 1 Vmin, where known
  std::vector<ProfileRow> rows;      ///< any order; sorted by the profile
};

/// A validated profile. BER between rows is log-linear in V; between the highest row and the
/// error-free voltage the slope of the two highest rows goes on. Below the lowest row: an error. An
/// ideal memory has a BER of 0 in all rows, of which one is enough.
class VoltageProfile {
 public:
  /// Throws InputError that starts with the field's name: fewer than two rows, a repeated
  /// voltage, BER that does not rise as V falls, a row at or above the error-free voltage, an
  /// error-free voltage above highest(), an energy or leakage column with gaps or not 1 at the
  /// reference voltage, a voltage that is not positive.
  explicit VoltageProfile(VoltageProfileData data);

  const VoltageProfileData& data() const { return data_; }
  Voltage lowest() const;
  Voltage highest() const;
  /// Throws InputError outside lowest() to highest(); the text names the range and the
  /// unit.
  void require_covered(Voltage voltage) const;
  /// Share of failing cells at `voltage`, also above highest(), exactly a row's own at its voltage.
  /// Never rises with the voltage, not even in the last place; computed without libm, so equal on
  /// every CPU.
  double ber(Voltage voltage) const;
  /// The lowest BER above 0 that a voltage has: that of the last millionth below the error-free
  /// voltage. 0 of an ideal memory.
  double least_ber() const;
  /// Highest voltage (on the grid of one millionth) for whose BER `holds(ber)` is true. `holds` is
  /// true at lowest(), false for a BER of 0, and changes once between.
  template <typename Predicate>
  Voltage highest_voltage(Predicate&& holds) const;
  /// Highest voltage (on the grid of one millionth) whose BER is at least `ber`; 0 gives the
  /// error-free voltage. Throws InputError when the profile never reaches `ber`.
  Voltage voltage_for_ber(double ber) const;
  /// Energy of an access relative to the reference voltage: the column, linear between its rows and
  /// the reference voltage, else (V/V_reference)^2; that law also leads on above the column's end.
  double access_energy_factor(Voltage voltage) const;
  /// Leakage power relative to the reference voltage: the column likewise, else V/V_reference
  /// (constant current).
  double leakage_factor(Voltage voltage) const;

 private:
  void prepare_interpolation();

  VoltageProfileData data_;  // rows by falling voltage
  // Per row: ln BER, and its slope per millionth in the segment above the row.
  std::vector<double> log_ber_, slope_;
};

template <typename Predicate>
Voltage VoltageProfile::highest_voltage(Predicate&& holds) const {
  std::int64_t true_at = lowest().micro();
  std::int64_t false_at = data_.error_free_voltage.micro();
  while (false_at - true_at > 1) {
    const std::int64_t middle = true_at + (false_at - true_at) / 2;
    (holds(ber(Voltage::from_micro(middle))) ? true_at : false_at) = middle;
  }
  return Voltage::from_micro(true_at);
}

}  // namespace brownout::memory

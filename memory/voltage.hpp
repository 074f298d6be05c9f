// A supply voltage as an exact decimal: text outside, an integer inside.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace brownout::memory {

/// A voltage in millionths of its profile's unit (volts, or multiples of Vmin). Comparison is
/// exact, so "faulty at V iff V <= vfail" never depends on a rounding.
class Voltage {
 public:
  constexpr Voltage() = default;
  static constexpr Voltage from_micro(std::int64_t micro) { return Voltage(micro); }
  /// The vfail of a manufacturing defect: faulty at every voltage.
  static constexpr Voltage infinite() { return Voltage(std::numeric_limits<std::int64_t>::max()); }
  /// Parses a decimal such as "0.85" or "inf" whole; at most six digits after the point.
  /// Throws InputError that quotes the text.
  static Voltage parse(std::string_view text);
  /// The same without "inf": the voltage of a supply or a test.
  static Voltage parse_finite(std::string_view text);

  constexpr std::int64_t micro() const { return micro_; }
  constexpr bool is_infinite() const { return *this == infinite(); }
  double value() const;
  /// Shortest decimal that parses back to the same voltage: "0.85", "1", "inf".
  std::string text() const;

  constexpr auto operator<=>(const Voltage&) const = default;

 private:
  constexpr explicit Voltage(std::int64_t micro) : micro_(micro) {}
  std::int64_t micro_ = 0;
};

}  // namespace brownout::memory

// How well a fitted generator describes the map it was fitted to: figures of the map next to those
// of chips that the generator makes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "memory/fit/vmin_fit.hpp"

namespace brownout::memory {

/// One figure of a chip at one voltage.
struct FitMeasure {
  enum class Kind : std::uint8_t {
    kFaults,          ///< failing cells
    kFaultyBitlines,  ///< bitlines with a failing cell
    kShare            ///< of the failing cells, those on bitlines with `least` of them or more
  };
  Voltage voltage;
  Kind kind = Kind::kFaults;
  std::uint32_t least = 0;
};

/// "faults", "faulty bitlines", "share on bitlines with >= 5".
std::string to_string(const FitMeasure& measure);

/// Of every voltage, the lowest first: faults, faulty bitlines, shares with at least 2, 3, 5,
/// 10, 20.
std::vector<FitMeasure> fit_measures(const FitData& data);

/// Each measure's value; nothing for a share of no faults.
using MeasureValues = std::vector<std::optional<double>>;
MeasureValues values(const FitData& data, const std::vector<FitMeasure>& measures);

struct Simulated {
  double mean = 0, low = 0, high = 0;  ///< over the chips; 5th and 95th percentile
};

struct FitGoodness {
  std::vector<std::optional<Simulated>> simulated;  ///< one a measure
  /// Share of chips of the generator, the measured one among them, that lie at least as far from
  /// the others as it does. The distance is the sum over the fault counts and faulty bitlines of
  /// all voltages, and the shares at the lowest, of (value - mean)^2 / variance, mean and variance
  /// over the other simulated chips.
  double p_value = 0;
};

/// Draws chips 0..chips-1 of `seed` with the estimate; at least 5.
FitGoodness fit_goodness(const FitData& data, const VminFit& fit,
                         const std::vector<FitMeasure>& measures, int chips, std::uint64_t seed);

}  // namespace brownout::memory

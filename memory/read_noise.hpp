// Read noise: near its vfail a cell fails in some inferences and works in others. One formula for
// measured and generated chips.
#pragma once

#include "memory/fault_map.hpp"

namespace brownout::memory {

/// So far from vfail nothing is left to chance: it would matter in 10^-9 of the inferences.
inline constexpr int kReadNoiseSigmas = 6;

/// Throws InputError unless it is in 0..1000 units of voltage.
void check_sigma_read(double sigma_read);

/// Chance that a cell fails in an inference: p * Phi((vfail - V) / sigma_read), where Phi counts as
/// 0 up to -6 and as 1 from 6 on. Without noise it is p at V <= vfail, else 0; of defects, p.
double failure_chance(const Fault& fault, Voltage voltage, double sigma_read);

/// Cells with a lower vfail never fail at `voltage`; cells with a vfail of `surely_failing` or more
/// fail with their p. Both are `voltage` itself when it is infinite.
Voltage never_failing_below(Voltage voltage, double sigma_read);
Voltage surely_failing(Voltage voltage, double sigma_read);

}  // namespace brownout::memory

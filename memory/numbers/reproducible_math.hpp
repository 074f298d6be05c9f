// exp and log out of + - * / alone. libm's differ between CPUs and versions; these give the same
// bits wherever doubles are IEEE 754 and contraction is off.
#pragma once

namespace brownout::memory {

/// e^x to a few units of the last place, and never falling: x <= y implies exp(x) <= exp(y), also
/// in the last place. Below -708 (results under 2^-1021) 0; above 709 infinity.
double reproducible_exp(double x);

/// Natural logarithm of a finite number of at least 2^-1022, to a few units of the last place.
/// Throws std::logic_error for others.
double reproducible_log(double x);

}  // namespace brownout::memory

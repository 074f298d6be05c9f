// Integer arithmetic on millionths.
#include "memory/maps/rescale_fault_map.hpp"

#include <string>
#include <utility>
#include <vector>

#include "memory/base/input_error.hpp"

namespace brownout::memory {
namespace {

constexpr std::int64_t kMicroPerUnit = 1'000'000;
// No supply is higher: more would only overflow what follows.
constexpr std::int64_t kHighest = 1'000'000 * kMicroPerUnit;

// Puts `rescale` on every finite voltage of a map.
template <typename Rescale>
SparseFaultMap rescaled(const SparseFaultMap& source, FaultMapHeader header,
                        const Rescale& rescale) {
  const auto checked = [&](Voltage voltage) {
    if (voltage.micro() > kHighest) {
      throw InputError("the fault map's voltage " + voltage.text() + " is not a voltage");
    }
    return Voltage::from_micro(rescale(voltage.micro()));
  };
  if (header.lowest_measured) header.lowest_measured = checked(*header.lowest_measured);
  std::vector<Fault> faults = source.faults();
  for (Fault& fault : faults) {
    if (!fault.vfail.is_infinite()) fault.vfail = checked(fault.vfail);
  }
  return {std::move(header), std::move(faults)};
}

std::int64_t rounded_ratio(std::int64_t numerator, std::int64_t denominator) {
  return (numerator + denominator / 2) / denominator;
}

}  // namespace

std::int64_t parse_voltage_shift(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const Voltage size = Voltage::parse_finite(text);
  if (size.micro() > kHighest) throw InputError(size.text() + " is not a voltage shift");
  return negative ? -size.micro() : size.micro();
}

SparseFaultMap shifted(const SparseFaultMap& source, std::int64_t shift_micro) {
  FaultMapHeader header = source.header();
  const std::string text = (shift_micro < 0 ? "" : "+") + Voltage::from_micro(shift_micro).text();
  header.source += "; shifted by " + text + " " + header.unit;
  return rescaled(source, std::move(header), [&](std::int64_t micro) {
    if (micro + shift_micro > 0) return micro + shift_micro;
    throw InputError("a shift by " + text + " leaves nothing of the fault map's " +
                     Voltage::from_micro(micro).text() + " " + source.header().unit);
  });
}

SparseFaultMap in_other_unit(const SparseFaultMap& source, Voltage vmin) {
  if (vmin <= Voltage() || vmin.micro() > kHighest) {
    throw InputError(vmin.text() + " V is no Vmin");
  }
  FaultMapHeader header = source.header();
  const bool to_vmin = header.unit == "V";
  header.source += "; from " + header.unit + ", with a Vmin of " + vmin.text() + " V";
  header.unit = to_vmin ? "Vmin" : "V";
  header.sigma_read = to_vmin ? header.sigma_read / vmin.value() : header.sigma_read * vmin.value();
  return rescaled(source, std::move(header), [&](std::int64_t micro) {
    const std::int64_t factor = to_vmin ? kMicroPerUnit : vmin.micro();
    const std::int64_t divisor = to_vmin ? vmin.micro() : kMicroPerUnit;
    std::int64_t product = 0;
    if (__builtin_mul_overflow(micro, factor, &product)) {
      throw InputError("the fault map's voltage " + Voltage::from_micro(micro).text() +
                       " is too high");
    }
    return rounded_ratio(product, divisor);
  });
}

}  // namespace brownout::memory

// Only cells within the reach of the noise need their vfail.
#include "memory/generators/noisy_fault_map.hpp"

#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/read_noise.hpp"

namespace brownout::memory {

NoisyFaultMap::NoisyFaultMap(std::unique_ptr<GeneratedFaultMap> chip, double sigma_read)
    : chip_(std::move(chip)), sigma_read_(sigma_read) {
  check_sigma_read(sigma_read_);
}

void NoisyFaultMap::require_covered(Voltage voltage) const {
  const VoltageProfile& profile = chip_->profile();
  profile.require_covered(voltage);
  const Voltage least = never_failing_below(voltage, sigma_read_);
  if (least >= profile.lowest()) return;
  const std::string unit = " " + to_string(profile.data().unit);
  throw InputError("voltage " + voltage.text() + unit + " with a sigma_read of " +
                   format_double(sigma_read_) + ": cells count that fail up to " + least.text() +
                   unit + ", which is below the lowest voltage of profile " + profile.data().name +
                   ", " + profile.lowest().text() + unit);
}

CellFaults NoisyFaultMap::faults_at(Voltage voltage) const {
  if (voltage >= chip_->profile().data().error_free_voltage) return {CellMasks(geometry())};
  require_covered(voltage);
  CellFaults faults{chip_->masks_at(surely_failing(voltage, sigma_read_))};
  const CellMasks possible = chip_->masks_at(never_failing_below(voltage, sigma_read_));
  possible.for_each([&](const CellAddress& cell, FaultKind kind) {
    if (faults.certain.at(cell)) return;
    const double chance = failure_chance({cell, chip_->vfail(cell), kind}, voltage, sigma_read_);
    if (chance == 1) {
      faults.certain.set(cell, kind);
    } else if (chance > 0) {
      faults.intermittent.push_back({cell, kind, chance});
    }
  });
  return faults;
}

std::string NoisyFaultMap::source() const {
  return chip_->source() + ", sigma_read " + format_double(sigma_read_);
}

}  // namespace brownout::memory

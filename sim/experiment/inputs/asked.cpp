#include "sim/experiment/inputs/asked.hpp"

#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "sim/config/sweep_rates.hpp"

namespace brownout::experiment {
namespace {

// What a profile says about a rate that somebody asked for.
template <typename Ask>
void ask(const std::string& place, const Ask& of_profile) {
  try {
    of_profile();
  } catch (const InputError& error) {
    throw error.within(place);
  }
}

}  // namespace

void set_seed(config::WorkloadConfig& config, std::uint64_t seed) {
  config.run.seed = seed;
  for (auto& [which, memory] : config.memory.memories) {
    if (!memory.chip.measured() || memory.chip.defects) memory.chip.seed = seed;
  }
  if (auto& msbs = config.memory.protected_msbs) msbs->cells.chip.seed = seed;
}

void set_operating_point(config::WorkloadConfig& config, const AskedVoltage& asked) {
  const std::string supply =
      config.accelerator.supplies.of(hardware::OnChipMemory::kWeightSram).name;
  if (asked.ber) {
    ask(asked.ber_place, [&] {
      const memory::VoltageProfile& profile = *config.memory.weight_sram().profile;
      config.operating_point.set(supply, profile.voltage_for_ber(*asked.ber), asked.ber_place);
    });
  }
  if (asked.voltage) config.operating_point.set(supply, *asked.voltage, asked.voltage_place);
  config::check_operating_point(config);
}

void set_grid(config::WorkloadConfig& config, const AskedGrid& asked) {
  if (asked.rates) {
    ask(asked.rates_place,
        [&] { config::set_rates(*asked.rates, config.swept_profile(), config.sweep); });
    config.sweep.place = asked.rates_place;
  }
  if (asked.voltages) {
    config.sweep.voltages = *asked.voltages;
    config.sweep.place = asked.voltages_place;
  }
  config::check_sweep(config);
}

}  // namespace brownout::experiment

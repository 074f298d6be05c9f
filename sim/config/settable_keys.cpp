#include "sim/config/settable_keys.hpp"

#include "sim/config/section_keys.hpp"
#include "sim/hardware/accelerator_keys.hpp"

namespace brownout::config {

std::vector<std::string> settable_keys() {
  std::vector<std::string> keys = {"accelerator",
                                   "energy",
                                   "memory.profile",
                                   "memory.chip.generator",
                                   "memory.chip.kind",
                                   "memory.chip.stuck_at_0_share",
                                   "memory.chip.seed",
                                   "memory.chip.map",
                                   "memory.faults.layers",
                                   "memory.faults.bits",
                                   "memory.faults.polarity",
                                   "memory.encoding",
                                   "memory.mitigations",
                                   "operating_point.weight_sram",
                                   "operating_point.activation_sram",
                                   "operating_point.accumulator",
                                   "operating_point.logic"};
  const auto add = [&](const std::string& section, const std::vector<hardware::Key>& table) {
    for (const hardware::Key& key : table) keys.push_back(section + "." + key.name);
  };
  hardware::AcceleratorSpec accelerator;
  memory::VoltageProfileData profile;
  SweepConfig sweep;
  RunConfig run;
  add("accelerator", hardware::accelerator_keys(accelerator));
  add("memory.profile", keys_of(profile));
  add("sweep", keys_of(sweep));
  add("run", keys_of(run));
  return keys;
}

}  // namespace brownout::config

#include "sim/config/section_keys.hpp"

#include <limits>

namespace brownout::config {
namespace {

using hardware::Key;

constexpr int kNoLimit = std::numeric_limits<int>::max();

Key required(std::string name, Key::Slot slot, hardware::Limits limits = {}) {
  return {.name = std::move(name), .slot = std::move(slot), .limits = limits, .required = true};
}

}  // namespace

std::vector<Key> keys_of(models::InputCodes& input) {
  return {required("scale", &input.scale, hardware::kPositive),
          Key{"zero_point", &input.zero_point},  // within `bits`
          Key{"bits", &input.bits, {2, 8}}, Key{"signed", &input.is_signed}};
}

std::vector<Key> keys_of(memory::VoltageProfileData& profile) {
  return {required("name", &profile.name),
          required("source", &profile.source),
          required("unit", hardware::choice(profile.unit, {"V", "Vmin"})),
          required("error_free_voltage", &profile.error_free_voltage),
          Key{"nominal_voltage", &profile.nominal_voltage},
          required("reference_voltage", &profile.reference_voltage),
          Key{"vmin_volts", &profile.vmin_volts},
          required("rows", {})};
}

std::vector<Key> keys_of(energy::EnergyTableData& table) {
  energy::PerRail<double>& volts = table.reference_volts;
  return {required("name", &table.name),
          required("source", &table.source),
          required("reference_volts.logic", &volts[energy::Rail::kLogic]),
          required("reference_volts.activation_sram", &volts[energy::Rail::kActivationSram]),
          required("reference_volts.dram", &volts[energy::Rail::kDram]),
          required("events", {}),
          required("leakage", {}),
          Key{"sram"},
          Key{"temperature"},
          Key{"clock"}};
}

std::vector<Key> keys_of(energy::SramModel& sram) {
  const hardware::Limits positive = hardware::kPositive;
  std::vector<Key> keys = {required("source", &sram.source),
                           required("bank_kib.smallest", &sram.smallest_kib, positive),
                           required("bank_kib.largest", &sram.largest_kib, positive),
                           required("word_bits.narrowest", &sram.narrowest_bits, positive),
                           required("word_bits.widest", &sram.widest_bits, positive)};
  const auto add = [&](const std::string& name, const std::string& unit, energy::SizeLaw& law) {
    keys.push_back(required(name + "." + unit, &law.reference, positive));
    keys.push_back(required(name + ".size", &law.size));
    keys.push_back(required(name + ".width", &law.width));
    keys.push_back(required(name + ".size_size", &law.size_size));
    keys.push_back(required(name + ".size_width", &law.size_width));
    keys.push_back(required(name + ".width_width", &law.width_width));
  };
  add("read", "joules_per_bit", sram.read);
  add("write", "joules_per_bit", sram.write);
  add("leakage", "watts_per_kib", sram.leakage);
  add("area", "mm2_per_kib", sram.area);
  return keys;
}

std::vector<Key> keys_of(energy::LeakageTemperature& temperature) {
  return {required("kelvin", &temperature.kelvin, hardware::kPositive),
          required("reference_kelvin", &temperature.reference_kelvin, hardware::kPositive),
          required("doubling_kelvin", &temperature.doubling_kelvin, hardware::kPositive)};
}

std::vector<Key> keys_of(energy::ClockLaw& clock) {
  return {required("threshold_v", &clock.threshold_v, hardware::kPositive),
          required("alpha", &clock.alpha, hardware::kPositive)};
}

std::vector<Key> keys_of(energy::Provenance& provenance) {
  return {required("component", &provenance.component),
          required("rail", hardware::choice(provenance.rail, {energy::kRailNames.begin(),
                                                              energy::kRailNames.end()})),
          required("node", &provenance.node), required("source", &provenance.source),
          required("date", &provenance.date)};
}

std::vector<Key> keys_of(SweepConfig& sweep) {
  return {Key{"rail"}, Key{"voltages"}, Key{"chips", &sweep.chips, {1, kNoLimit}}};
}

std::vector<Key> keys_of(RunConfig& run) {
  return {Key{"batch", &run.batch, {1, 100000}}, Key{"seed", &run.seed},
          Key{.name = "images", .slot = &run.images, .limits = {1, kNoLimit}, .unset = "all"}};
}

}  // namespace brownout::config

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
          required("leakage", {})};
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

#include "sim/config/repair_config.hpp"

#include <string_view>

namespace brownout::config {
namespace {

constexpr int kMostSpares = 256;  // of a bank, in one direction

void read_spares(const Value& value, std::uint32_t& lines, MemoryConfig& memory) {
  const MapReader map(value, {"per_bank", "program_at"});
  int per_bank = 4;
  map.read_in_range("per_bank", per_bank, 1, kMostSpares);
  lines = static_cast<std::uint32_t>(per_bank);
  read_program_at(map, memory);
}

void read_cost(const MapReader& map, std::string_view key, double& cost) {
  map.read(key, cost);
  if (!(cost > 0)) fail(map.require(key), "is not above 0");
}

/// On one rail with the usual cells, and better than these.
void check_profile(const Value& value, const memory::VoltageProfileData& other,
                   const memory::VoltageProfileData& usual) {
  if (other.unit != usual.unit || other.vmin_volts != usual.vmin_volts) {
    fail(value, "voltages are not those of memory.profile: another unit or vmin_volts");
  }
  if (other.error_free_voltage > usual.error_free_voltage) {
    fail(value, "protects nothing: error-free at " + other.error_free_voltage.text() +
                    ", the other cells at " + usual.error_free_voltage.text());
  }
}

/// Without their own, independent cells that fail as those of the chip do.
ChipConfig read_protected_chip(const Value* value, const ChipConfig& usual) {
  if (value == nullptr) {
    ChipConfig chip;
    chip.mixture = usual.mixture;
    chip.seed = usual.seed;
    return chip;
  }
  ChipConfig chip = read_chip(*value);
  if (chip.measured() || chip.defects || !chip.stack.empty()) {
    fail(*value, "protected bits are generated: maps, stack and defects are those of memory.chip");
  }
  return chip;
}

}  // namespace

void read_spare_columns(const Mitigation& /*self*/, const Value& value, MemoryConfig& memory) {
  read_spares(value, memory.spares.columns, memory);
}

void read_spare_rows(const Mitigation& /*self*/, const Value& value, MemoryConfig& memory) {
  read_spares(value, memory.spares.rows, memory);
}

void read_protected_msbs(const Mitigation& /*self*/, const Value& value, MemoryConfig& memory) {
  const MapReader map(value, {"bits", "profile", "chip", "energy", "leakage", "area"});
  ProtectedMsbs& msbs = memory.protected_msbs.emplace();
  map.read_in_range("bits", msbs.bits, 1, 8);
  const Value& profile = map.require("profile");
  msbs.cells.profile = read_memory_profile(profile);
  check_profile(profile, msbs.cells.profile->data(), memory.weight_sram().profile->data());
  msbs.cells.chip = read_protected_chip(map.find("chip"), memory.weight_sram().chip);
  read_cost(map, "energy", msbs.costs.energy);
  read_cost(map, "leakage", msbs.costs.leakage);
  read_cost(map, "area", msbs.costs.area);
}

}  // namespace brownout::config

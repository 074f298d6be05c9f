// The keys are hardware::accelerator_keys; those of `supplies` are the user's, and `dram.gb_per_s`
// is another way to write `dram.bytes_per_cycle`.
#include "sim/config/accelerator_config.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "sim/config/document.hpp"
#include "sim/config/energy_config.hpp"
#include "sim/config/keys.hpp"
#include "sim/config/yaml_reader.hpp"
#include "sim/hardware/accelerator_keys.hpp"

namespace brownout::config {
namespace {

hardware::Supply read_supply(const MapEntry& entry) {
  hardware::Supply supply{.name = entry.key};
  std::vector<std::string> fed;
  convert(entry.value, fed);
  for (std::size_t i = 0; i < fed.size(); ++i) {
    try {
      supply.feed(fed[i]);
    } catch (const InputError& error) {
      fail(items_of(entry.value)[i], error.text());
    }
  }
  return supply;
}

hardware::Supplies read_supplies(const Value& value) {
  if (value.kind != Value::Kind::kMap) {
    fail(value, "must be a map: {NAME: [weight_sram, ...]}");
  }
  std::vector<hardware::Supply> supplies;
  for (const MapEntry& entry : value.entries) supplies.push_back(read_supply(entry));
  return at_place_of(value, [&] { return hardware::Supplies(std::move(supplies)); });
}

// Of two that are there an option goes before a file; else nobody knows which one is meant.
bool goes_before(const Value& value, const Value* other) {
  if (other == nullptr) return true;
  if (value.origin->is_file == other->origin->is_file) {
    fail(value, "stands beside bytes_per_cycle; one of them is wanted");
  }
  return other->origin->is_file;
}

std::string rate_text(std::int64_t bytes, double clock_hz) {
  return format_double(static_cast<double>(bytes) * clock_hz / 1e9) + " GB/s (" +
         std::to_string(bytes) + ")";
}

// Whole bytes a cycle: the machine moves no parts of them.
void read_rate(const Value& accelerator, hardware::AcceleratorSpec& spec) {
  constexpr int kMost = 4096;
  const Value* dram = accelerator.find("dram");
  const Value* rate = dram == nullptr ? nullptr : dram->find("gb_per_s");
  if (rate == nullptr || !goes_before(*rate, dram->find("bytes_per_cycle"))) return;
  double gb_per_s = 0;
  convert(*rate, gb_per_s);
  const double bytes = gb_per_s * 1e9 / spec.clock_hz;
  const double whole = std::round(bytes);
  if (std::abs(bytes - whole) <= 1e-9 * whole && whole >= 1 && whole <= kMost) {
    spec.dram.bytes_per_cycle = static_cast<int>(whole);
    return;
  }
  const auto below = static_cast<std::int64_t>(std::clamp(std::floor(bytes), 0.0, kMost - 0.0));
  const std::int64_t above = std::min<std::int64_t>(below + 1, kMost);
  fail(*rate, rate->text + " is " + format_double(bytes) + " bytes a cycle at " +
                  format_double(spec.clock_hz / 1e6) + " MHz, not a whole number in 1.." +
                  std::to_string(kMost) + "; next are " +
                  (below == 0 || below == above ? "" : rate_text(below, spec.clock_hz) + " and ") +
                  rate_text(above, spec.clock_hz));
}

}  // namespace

hardware::AcceleratorSpec read_accelerator(const Value& accelerator) {
  hardware::AcceleratorSpec spec;
  read_keys(accelerator, hardware::accelerator_keys(spec));
  read_rate(accelerator, spec);
  if (const Value* value = accelerator.find("supplies")) spec.supplies = read_supplies(*value);
  at_place_of(accelerator, [&] { hardware::validate(spec); });
  return spec;
}

AcceleratorConfig load_accelerator(const std::filesystem::path& path,
                                   const std::vector<std::string>& set) {
  const Document document = assemble_accelerator(path, set);
  const MapReader root(document.root, {"accelerator", "energy"});
  return {.spec = read_accelerator(root.require("accelerator")),
          .energy_table = read_energy_table(root.require("energy")),
          .input_files = document.files};
}

}  // namespace brownout::config

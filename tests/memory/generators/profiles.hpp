// What several tests of this folder need: the 14 nm profile as data, and messages of exceptions.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/voltage_profile.hpp"

namespace brownout::memory {

inline Voltage volts(std::string_view text) { return Voltage::parse(text); }

inline VoltageProfileData profile_data_14nm() {
  VoltageProfileData data;
  data.name = "sram-14nm";
  data.source = "test";
  data.unit = VoltageUnit::kVmin;
  data.error_free_voltage = volts("1.0");
  data.reference_voltage = volts("1.0");
  const std::pair<const char*, double> rows[] = {
      {"0.75", 0.2056},   {"0.791667", 0.05573},          {"0.833333", 0.01115},
      {"0.875", 0.00129}, {"0.916667", 72.0 / (1 << 20)}, {"0.958333", 2.0 / (1 << 20)}};
  for (const auto& [voltage, ber] : rows) data.rows.push_back({volts(voltage), ber, {}, {}});
  return data;
}

inline std::shared_ptr<const VoltageProfile> profile_14nm() {
  return std::make_shared<const VoltageProfile>(profile_data_14nm());
}

/// The text of the Exception that `action` throws; fails the test when it throws none.
template <typename Exception = InputError, typename Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const Exception& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace brownout::memory

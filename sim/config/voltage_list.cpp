// Ranges in integer millionths: no step is ever rounded.
#include "sim/config/voltage_list.hpp"

#include <algorithm>
#include <string>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::config {
namespace {

using memory::Voltage;

constexpr std::size_t kMostVoltages = 10000;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(separator); end != std::string_view::npos;
       end = text.find(separator)) {
    parts.push_back(trimmed(text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
  parts.push_back(trimmed(text));
  return parts;
}

Voltage positive(std::string_view text) {
  const Voltage voltage = Voltage::parse_finite(text);
  if (voltage <= Voltage()) {
    throw InputError(in_quotes(text) + " is not above 0");
  }
  return voltage;
}

void append(std::vector<Voltage>& voltages, Voltage voltage) {
  if (std::find(voltages.begin(), voltages.end(), voltage) != voltages.end()) return;
  if (voltages.size() >= kMostVoltages) {
    throw InputError("more than " + std::to_string(kMostVoltages) + " voltages");
  }
  voltages.push_back(voltage);
}

void append_range(std::vector<Voltage>& voltages, Voltage from, Voltage to, Voltage step) {
  const std::int64_t distance = to.micro() - from.micro();
  const std::int64_t count = (distance < 0 ? -distance : distance) / step.micro();
  if (count >= static_cast<std::int64_t>(kMostVoltages)) {
    throw InputError("more than " + std::to_string(kMostVoltages) + " voltages");
  }
  const std::int64_t signed_step = distance < 0 ? -step.micro() : step.micro();
  for (std::int64_t i = 0; i <= count; ++i) {
    append(voltages, Voltage::from_micro(from.micro() + i * signed_step));
  }
}

}  // namespace

std::vector<Voltage> parse_voltage_list(std::string_view text) {
  std::vector<Voltage> voltages;
  for (const std::string_view item : split(text, ',')) {
    const std::vector<std::string_view> parts = split(item, ':');
    if (parts.size() == 1) {
      append(voltages, positive(item));
    } else if (parts.size() == 3) {
      append_range(voltages, positive(parts[0]), positive(parts[1]), positive(parts[2]));
    } else {
      throw InputError(in_quotes(item) +
                       " is not a voltage or a range FROM:TO:STEP such as 1.00:0.75:0.05");
    }
  }
  return voltages;
}

std::vector<Voltage> read_voltage_list(const Value& value) {
  std::string joined;
  for (const Value& item :
       value.kind == Value::Kind::kList ? value.items : std::vector<Value>{value}) {
    std::string text;
    convert(item, text);
    joined += (joined.empty() ? "" : ",") + text;
  }
  return at_place_of(value, [&] { return parse_voltage_list(joined); });
}

}  // namespace brownout::config

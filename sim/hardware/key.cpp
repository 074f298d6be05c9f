#include "sim/hardware/key.hpp"

#include <charconv>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::hardware {
namespace {

// Of most types any value is allowed.
template <typename T>
void check_value(const Key&, const T&) {}

void check_value(const Key& key, int* value) {
  const Limits& limits = key.limits;
  require_range(key.name, *value, limits.low, limits.high);
  if (*value % limits.multiple == 0) return;
  throw InputError(key.name, std::to_string(*value) + " is not a multiple of " +
                                 std::to_string(limits.multiple));
}

void check_value(const Key& key, double* value) {
  if (key.limits.positive && !(*value > 0)) throw InputError(key.name, "must be above 0");
}

void check_value(const Key& key, float* value) {
  double number = *value;
  check_value(key, &number);
}

template <typename T>
void check_value(const Key& key, std::optional<T>* value) {
  if (*value) check_value(key, &**value);
}

std::string text_of(std::monostate) { return {}; }
std::string text_of(const bool* value) { return *value ? "true" : "false"; }
std::string text_of(const int* value) { return std::to_string(*value); }
std::string text_of(const std::uint64_t* value) { return std::to_string(*value); }
std::string text_of(const double* value) { return format_double(*value); }
std::string text_of(const float* value) { return format_float(*value); }
std::string text_of(const std::string* value) { return *value; }
std::string text_of(const memory::Voltage* value) { return value->text(); }
std::string text_of(const Choice& choice) { return std::string(choice.words[choice.chosen()]); }

template <typename T>
std::string text_of(const std::optional<T>* value) {
  return *value ? text_of(&**value) : "";
}

}  // namespace

std::string format_float(float value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, end);
}

void Key::check() const {
  std::visit([&](const auto& value) { check_value(*this, value); }, slot);
}

std::string Key::text() const {
  const std::string text = std::visit([](const auto& value) { return text_of(value); }, slot);
  return text.empty() ? std::string(unset) : text;
}

}  // namespace brownout::hardware

// The one form that all messages of bad input have.
#include "memory/base/input_error.hpp"

#include <utility>

namespace brownout {
namespace {

std::string joined(const std::string& front, const char* sign, const std::string& back) {
  return front.empty() || back.empty() ? front + back : front + sign + back;
}

}  // namespace

InputError::InputError(std::string text) : InputError("", "", std::move(text)) {}

InputError::InputError(std::string key, std::string text)
    : InputError("", std::move(key), std::move(text)) {}

InputError::InputError(std::string place, std::string key, std::string text)
    : std::runtime_error(joined(place, ": ", joined(key, ": ", text))),
      place_(std::move(place)),
      key_(std::move(key)),
      text_(std::move(text)) {}

InputError InputError::within(const std::string& place) const {
  return {joined(place, ": ", place_), key_, text_};
}

InputError InputError::below(const std::string& key) const {
  return {place_, joined(key, ".", key_), text_};
}

void require_range(const std::string& key, std::int64_t value, std::int64_t low,
                   std::int64_t high) {
  if (value >= low && value <= high) return;
  throw InputError(key, std::to_string(value) + " is not in " + std::to_string(low) + ".." +
                            std::to_string(high));
}

}  // namespace brownout

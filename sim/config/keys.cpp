// Keys with dots stand in maps within the map.
#include "sim/config/keys.hpp"

#include <algorithm>
#include <string_view>

#include "sim/config/yaml_reader.hpp"

namespace brownout::config {
namespace {

using hardware::Key;

void read(const Value&, std::monostate) {}

template <typename T>
void read(const Value& value, T* out) {
  convert(value, *out);
}

void read(const Value& value, const hardware::Choice& choice) {
  choice.choose(read_word(value, choice.words));
}

std::string_view first_part(const Key& key) {
  return std::string_view(key.name).substr(0, key.name.find('.'));
}

// Those that begin with `part`, by the rest of their names: the keys of a map, or one without a
// name, which is `part` itself.
std::vector<Key> keys_below(const std::vector<Key>& keys, std::string_view part) {
  std::vector<Key> below;
  for (const Key& key : keys) {
    if (first_part(key) != part) continue;
    below.push_back(key);
    below.back().name.erase(0, part.size() + 1);
  }
  return below;
}

void read_part(const Value& value, const std::vector<Key>& keys) {
  const Key& key = keys.front();
  if (!key.name.empty()) return read_keys(value, keys);
  std::visit([&](const auto& slot) { read(value, slot); }, key.slot);
  at_place_of(value, [&] { key.check(); });
}

}  // namespace

void read_keys(const Value& value, const std::vector<Key>& keys) {
  std::vector<std::string_view> parts;
  for (const Key& key : keys) {
    const std::string_view part = first_part(key);
    if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(part);
  }
  const MapReader map(value, parts);
  std::vector<std::string_view> required;
  for (const std::string_view part : parts) {
    const std::vector<Key> below = keys_below(keys, part);
    if (std::any_of(below.begin(), below.end(), std::mem_fn(&Key::required))) {
      required.push_back(part);
    }
  }
  map.require_all(required);
  for (const std::string_view part : parts) {
    if (const Value* found = map.find(part)) read_part(*found, keys_below(keys, part));
  }
}

}  // namespace brownout::config

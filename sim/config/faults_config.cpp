// One value or a list of them, so that --set memory.faults.bits=7 needs no brackets.
#include "sim/config/faults_config.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <string_view>

#include "memory/base/text_number.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::config {
namespace {

constexpr int kMostBits = 8;  // of a weight

std::span<const Value> one_or_more(const Value& value, std::string_view what) {
  if (value.kind != Value::Kind::kList) return {&value, 1};
  if (value.items.empty())
    fail(value, "names no " + std::string(what) + "; leave the key out for all");
  return value.items;
}

std::vector<std::string> read_layers(const Value& value) {
  std::vector<std::string> names;
  for (const Value& item : one_or_more(value, "layer")) {
    std::string name;
    convert(item, name);
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      fail(item, in_quotes(name) + " stands there twice");
    }
    names.push_back(name);
  }
  return names;
}

int read_bit(const Value& item, std::string_view text) {
  const std::optional<std::uint64_t> bit = parse_unsigned(text);
  if (!bit) {
    fail(item, in_quotes(item.text) + " is not a bit such as 7 or a range such as 4:7");
  }
  if (*bit >= kMostBits) {
    fail(item, std::string(text) + " is not in 0.." + std::to_string(kMostBits - 1));
  }
  return static_cast<int>(*bit);
}

std::vector<int> read_bits(const Value& value) {
  std::set<int> bits;
  for (const Value& item : one_or_more(value, "bit")) {
    std::string text;
    convert(item, text);
    const std::size_t colon = text.find(':');
    const int first = read_bit(item, std::string_view(text).substr(0, colon));
    const int last = colon == std::string::npos
                         ? first
                         : read_bit(item, std::string_view(text).substr(colon + 1));
    if (last < first) fail(item, in_quotes(text) + " runs backwards");
    for (int bit = first; bit <= last; ++bit) {
      if (!bits.insert(bit).second)
        fail(item, "bit " + std::to_string(bit) + " stands there twice");
    }
  }
  return {bits.begin(), bits.end()};
}

}  // namespace

bool FaultsConfig::restricts() const {
  return !layers.empty() || !bits.empty() || polarity != storage::FaultPolarity::kBoth;
}

FaultsConfig read_faults(const Value& value) {
  const MapReader map(value, {"layers", "bits", "polarity"});
  FaultsConfig faults;
  if (const Value* layers = map.find("layers")) {
    faults.layers = read_layers(*layers);
    faults.layers_place = layers->place();
  }
  if (const Value* bits = map.find("bits")) {
    faults.bits = read_bits(*bits);
    faults.bits_place = bits->place();
  }
  if (const Value* polarity = map.find("polarity")) {
    faults.polarity = read_text(*polarity, storage::parse_polarity);
  }
  return faults;
}

}  // namespace brownout::config

#include "sim/experiment/inputs/fault_selection.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::experiment {
namespace {

int widest_weight(const models::QuantizedNetwork& network, const storage::FaultFilter& filter) {
  int bits = 0;
  for (const models::NodeIndex i : network.nodes.indices()) {
    const auto* convolution = std::get_if<models::Convolution>(&network.nodes[i]);
    if (convolution == nullptr || !filter.passes_layer(i)) continue;
    bits = std::max(bits, convolution->weight_bits);
  }
  return bits;
}

template <typename T, typename Format>
std::string listed(const std::vector<T>& values, Format&& format) {
  std::string text;
  for (const T& value : values) text += (text.empty() ? "" : ", ") + format(value);
  return text;
}

}  // namespace

models::NodeIndex find_layer(const std::string& name, const std::string& place,
                             const models::QuantizedNetwork& network) {
  std::vector<std::string_view> names;
  std::string list;
  for (const models::NodeIndex i : network.nodes.indices()) {
    if (!std::holds_alternative<models::Convolution>(network.nodes[i])) continue;
    const std::string& layer = models::node_name(network.nodes[i]);
    if (layer == name) return i;
    names.emplace_back(layer);
    list += (list.empty() ? "" : ", ") + layer;
  }
  const std::string near = config::nearest(name, names);
  throw InputError("the network has no layer with weights " + in_quotes(name) +
                   (near.empty() ? "; they are " + list : ", did you mean " + near + "?"))
      .within(place);
}

storage::FaultFilter select_faults(const config::FaultsConfig& faults,
                                   const models::QuantizedNetwork& network) {
  storage::FaultFilter filter;
  filter.polarity = faults.polarity;
  if (!faults.layers.empty()) filter.layers.resize(network.nodes.size(), false);
  for (const std::string& name : faults.layers) {
    filter.layers[find_layer(name, faults.layers_place, network)] = true;
  }
  if (faults.bits.empty()) return filter;
  const int width = widest_weight(network, filter);
  filter.bits = 0;
  for (const int bit : faults.bits) {
    if (bit >= width) {
      throw InputError(std::to_string(bit) + " is not in 0.." + std::to_string(width - 1) +
                       ", the bits of these weights")
          .within(faults.bits_place);
    }
    filter.bits |= 1U << bit;
  }
  return filter;
}

std::string describe(const config::FaultsConfig& faults) {
  if (!faults.restricts()) return "all";
  std::vector<std::string> parts;
  if (!faults.layers.empty()) {
    parts.push_back("layers " +
                    listed(faults.layers, [](const std::string& name) { return name; }));
  }
  if (!faults.bits.empty()) {
    parts.push_back("bits " + listed(faults.bits, [](int bit) { return std::to_string(bit); }));
  }
  if (faults.polarity != storage::FaultPolarity::kBoth) {
    parts.push_back(to_string(faults.polarity));
  }
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

}  // namespace brownout::experiment

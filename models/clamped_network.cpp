#include "models/clamped_network.hpp"

#include <algorithm>
#include <variant>

namespace brownout::models {
namespace {

void narrow(int& low, int& high, const CodeRange& range) {
  const int before = high;
  high = std::clamp(int{range.high}, low, before);
  low = std::clamp(int{range.low}, low, before);
}

void narrow(Lookup::Table& table, const CodeRange& range) {
  for (std::uint8_t& code : table) code = std::clamp(code, range.low, range.high);
}

struct Narrow {
  const CodeRange& range;

  void operator()(Convolution& node) const { narrow(node.clamp_low, node.clamp_high, range); }
  void operator()(Addition& node) const { narrow(node.clamp_low, node.clamp_high, range); }
  void operator()(Multiplication& node) const { narrow(node.clamp_low, node.clamp_high, range); }
  void operator()(Normalization& node) const { narrow(node.clamp_low, node.clamp_high, range); }
  void operator()(Lookup& node) const {
    narrow(node.table, range);
    for (Lookup::Table& table : node.channel_tables) narrow(table, range);
  }
  void operator()(Pooling& node) const {
    if (node.kind != PoolKind::kMax) narrow(node.clamp_low, node.clamp_high, range);
  }
  void operator()(Concatenation&) const {}
  void operator()(Padding&) const {}
  void operator()(StridedCopy&) const {}
  void operator()(Softmax&) const {}
};

}  // namespace

void clamp_activations(QuantizedNetwork& network, const ByNode<CodeRange>& ranges) {
  const std::vector<TensorId> outputs = network.output_tensors();
  for (const NodeIndex i : network.nodes.indices()) {
    Node& node = network.nodes[i];
    if (std::count(outputs.begin(), outputs.end(), node_output(node)) != 0) continue;
    std::visit(Narrow{ranges[i]}, node);
  }
}

}  // namespace brownout::models

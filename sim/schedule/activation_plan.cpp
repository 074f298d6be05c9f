#include "sim/schedule/activation_plan.hpp"

#include <algorithm>

namespace brownout::schedule {
namespace {

struct LiveTensor {
  std::uint64_t begin = 0, end = 0;
  models::NodeIndex last_use;
};

/// Lowest gap of `size` bytes between the live tensors.
std::uint64_t first_fit(std::vector<LiveTensor>& live, std::uint64_t size) {
  std::sort(live.begin(), live.end(),
            [](const LiveTensor& a, const LiveTensor& b) { return a.begin < b.begin; });
  std::uint64_t candidate = 0;
  for (const LiveTensor& tensor : live) {
    if (candidate + size <= tensor.begin) break;
    candidate = std::max(candidate, tensor.end);
  }
  return candidate;
}

models::ByTensor<models::NodeIndex> last_uses(const models::QuantizedNetwork& network) {
  models::ByTensor<models::NodeIndex> last(network.tensors.size());
  for (const models::NodeIndex i : network.nodes.indices()) {
    for (models::TensorId id : models::node_inputs(network.nodes[i])) last[id] = i;
  }
  for (const models::TensorId id : network.output_tensors()) {
    last[id] = network.nodes.end_index();
  }
  return last;
}

}  // namespace

ActivationPlan plan_activations(const models::QuantizedNetwork& network) {
  const models::ByTensor<models::NodeIndex> last_use = last_uses(network);
  ActivationPlan plan;
  plan.address.assign(network.tensors.size(), 0);
  std::vector<LiveTensor> live;
  const auto place = [&](models::TensorId id, const std::string& at) {
    const std::uint64_t size = network.tensor(id).shape.elements();
    const std::uint64_t begin = first_fit(live, size);
    plan.address[id] = begin;
    live.push_back({begin, begin + size, last_use[id]});
    if (begin + size > plan.bytes) {
      plan.bytes = begin + size;
      plan.peak = at;
    }
  };
  place(network.input, "the input");
  for (const models::NodeIndex i : network.nodes.indices()) {
    // A tensor that dies with this node is still read while the node writes its output.
    std::erase_if(live, [&](const LiveTensor& tensor) { return tensor.last_use < i; });
    place(models::node_output(network.nodes[i]), models::node_name(network.nodes[i]));
    std::uint64_t bytes = 0;
    for (const LiveTensor& tensor : live) bytes += tensor.end - tensor.begin;
    plan.live_bytes.push_back(bytes);
  }
  return plan;
}

}  // namespace brownout::schedule

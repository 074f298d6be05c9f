// Executes a network's nodes chunk by chunk: buffers, the choice of the convolution path, results.
#include "models/engine/integer_engine.hpp"

#include <omp.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "models/engine/convolution_kernel.hpp"
#include "models/engine/epilogue.hpp"
#include "models/engine/gated_macs.hpp"
#include "models/engine/ordered_convolution.hpp"
#include "models/engine/plain_nodes.hpp"

namespace brownout::models {
namespace {

/// Products of 8-bit codes, of 9-bit ones with weight zero points, that a 32-bit accumulator holds
/// whatever their values.
constexpr int kLargestK = 65793, kLargestOffsetK = 33025;

/// The engine is one thread of a process that may have one per core. libgomp reads its environment
/// only when it is loaded, so the number is set, and put back, around every use.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

/// What executing a convolution takes; an addition or a pool takes only its formula.
struct ConvolutionStep {
  std::unique_ptr<ConvolutionKernel> kernel;
  Epilogue epilogue;
  GatedMacs gated;
  std::optional<OrderedConvolution> ordered = {};  ///< takes the place of the first two
  ReadMasks<std::uint32_t> masks = {};             ///< of the sums
};

bool choose_onednn(const EngineOptions& options) {
  if (options.path == ConvolutionPath::kExact) return false;
  const bool exact = onednn_is_exact();
  if (options.path == ConvolutionPath::kOneDnn && !exact) {
    throw InputError(onednn_name() +
                     " has neither VNNI nor AMX: its int8 convolutions would saturate; "
                     "use the exact path");
  }
  return exact;
}

}  // namespace

struct IntegerEngine::Implementation {
  Implementation(const QuantizedNetwork& source, EngineOptions engine_options);

  void set_weights(const WeightSet& weights);
  void set_weights(NodeIndex node, std::span<const std::int8_t> weights);
  void set_tensor_masks(TensorMasks masks);
  void set_sum_masks(SumMasks masks);
  EngineResult run(std::span<const std::uint8_t> codes, bool keep_layers);

  void run_chunk(EngineResult& result, int images);
  void read_through_masks(TensorId id, int images);
  void choose_order(NodeIndex index);
  void execute(const Convolution& node, NodeIndex index, EngineResult& result, int images);
  template <typename PlainNode>
  void execute(const PlainNode& node, NodeIndex /*index*/, EngineResult& /*result*/, int images) {
    run_node(network, node, data, images);
  }

  const QuantizedNetwork& network;
  std::vector<TensorId> outputs;
  EngineOptions options;
  bool use_onednn;
  int chunk;  ///< images
  ByNode<std::optional<ConvolutionStep>> steps;
  TensorBuffers data;  ///< of a chunk, as read
  TensorMasks tensor_masks;
  WeightSet weights_in_force;
  std::vector<std::int32_t> sums;
};

namespace {

const QuantizedNetwork& checked(const QuantizedNetwork& network) {
  check_consistent(network);
  return network;
}

/// As many images as keep a layer's sums and codes in a core's own cache.
int cache_sized_chunk(const QuantizedNetwork& network) {
  constexpr std::int64_t kCacheBytes = std::int64_t{768} * 1024;
  std::int64_t largest = 1;
  for (const Node& node : network.nodes) {
    std::int64_t bytes = network.tensor(node_output(node)).shape.size();
    if (std::holds_alternative<Convolution>(node)) bytes *= 1 + sizeof(std::int32_t);
    for (const TensorId id : node_inputs(node)) bytes += network.tensor(id).shape.size();
    largest = std::max(largest, bytes);
  }
  return static_cast<int>(std::clamp<std::int64_t>(kCacheBytes / largest, 1, 32));
}

}  // namespace

IntegerEngine::Implementation::Implementation(const QuantizedNetwork& source,
                                              EngineOptions engine_options)
    : network(checked(source)),
      outputs(source.output_tensors()),
      options(engine_options),
      use_onednn(choose_onednn(engine_options)),
      chunk(options.chunk_images > 0 ? options.chunk_images : cache_sized_chunk(source)),
      steps(source.nodes.size()),
      data(source, chunk),
      weights_in_force(source.nodes.size()) {
  if (options.accumulator_bits < 1 || options.accumulator_bits > 32) {
    throw InputError("accumulator bits: " + std::to_string(options.accumulator_bits) +
                     " is not in 1..32");
  }
  if (options.k_part < 1) throw std::logic_error("k_part below 1");
  const OneThread one_thread;
  std::size_t largest_sums = 0;
  for (const NodeIndex i : network.nodes.indices()) {
    const auto* node = std::get_if<Convolution>(&network.nodes[i]);
    if (node == nullptr) continue;
    if (node->k_size() > (node->has_weight_zero_points() ? kLargestOffsetK : kLargestK)) {
      throw InputError("sums of " + std::to_string(node->k_size()) + " products may exceed 32 bits")
          .within(node->name);
    }
    const auto make = use_onednn ? make_onednn_convolution : make_exact_convolution;
    const bool offset = node->has_weight_zero_points();
    steps[i].emplace(
        ConvolutionStep{.kernel = offset ? make_zero_point_convolution(make, network, *node, chunk)
                                         : make(network, *node, chunk),
                        .epilogue = Epilogue(network, *node, options.accumulator_bits),
                        .gated = GatedMacs(network, *node)});
    largest_sums = std::max(largest_sums, network.tensor(node->output).shape.elements(chunk));
  }
  sums.resize(largest_sums);
  set_weights(clean_weights(network));
  set_sum_masks({});
}

void IntegerEngine::Implementation::set_weights(const WeightSet& weights) {
  if (weights.size() != network.nodes.size()) {
    throw std::logic_error("set_weights: not one entry per node");
  }
  for (const NodeIndex i : steps.indices()) {
    if (steps[i]) set_weights(i, weights[i]);
  }
}

void IntegerEngine::Implementation::set_weights(NodeIndex index,
                                                std::span<const std::int8_t> weights) {
  const OneThread one_thread;
  if (!steps.at(index)) throw std::logic_error("set_weights: a node without weights");
  const auto& node = std::get<Convolution>(network.nodes[index]);
  if (weights.size() != node.weights.size()) {
    throw std::logic_error("set_weights: " + node.name + ": wrong number of weights");
  }
  steps[index]->kernel->set_weights(weights);
  steps[index]->epilogue.set_corrections(steps[index]->kernel->corrections());
  weights_in_force[index].assign(weights.begin(), weights.end());
  if (steps[index]->ordered) steps[index]->ordered->set_weights(weights);
}

void IntegerEngine::Implementation::set_tensor_masks(TensorMasks masks) {
  if (!masks.empty() && masks.size() != network.tensors.size()) {
    throw std::logic_error("set_tensor_masks: not one entry per tensor");
  }
  for (std::size_t id = 0; id < masks.size(); ++id) {
    const std::size_t size = network.tensors[id].shape.elements();
    if (!masks[id].empty() && masks[id].flip.size() != size) {
      throw std::logic_error("set_tensor_masks: " + network.tensors[id].name + ": wrong size");
    }
  }
  tensor_masks = std::move(masks);
}

void IntegerEngine::Implementation::set_sum_masks(SumMasks masks) {
  const OneThread one_thread;
  if (!masks.empty() && masks.size() != steps.size()) {
    throw std::logic_error("set_sum_masks: not one entry per node");
  }
  for (const NodeIndex i : steps.indices()) {
    if (!steps[i]) continue;
    const auto& node = std::get<Convolution>(network.nodes[i]);
    steps[i]->masks = masks.empty() ? ReadMasks<std::uint32_t>{} : std::move(masks[i]);
    const std::size_t size = network.tensor(node.output).shape.elements();
    if (!steps[i]->masks.empty() && steps[i]->masks.flip.size() != size) {
      throw std::logic_error("set_sum_masks: " + node.name + ": wrong size");
    }
    choose_order(i);
  }
}

/// Sums in order where the order matters.
void IntegerEngine::Implementation::choose_order(NodeIndex index) {
  ConvolutionStep& step = *steps[index];
  const auto& node = std::get<Convolution>(network.nodes[index]);
  if (step.masks.empty() && !may_saturate(node, options)) {
    step.ordered.reset();
  } else if (!step.ordered) {
    step.ordered.emplace(network, node, options);
    step.ordered->set_weights(weights_in_force[index]);
  }
}

/// A tensor that has just been written becomes what its readers get of it.
void IntegerEngine::Implementation::read_through_masks(TensorId id, int images) {
  if (tensor_masks.empty()) return;
  const ReadMasks<std::uint8_t>& masks = tensor_masks[id];
  if (masks.empty()) return;
  std::uint8_t* code = data(id);
  for (int image = 0; image < images; ++image) {
    for (std::size_t i = 0; i < masks.flip.size(); ++i, ++code) *code = masks.read(i, *code);
  }
}

EngineResult IntegerEngine::Implementation::run(std::span<const std::uint8_t> codes,
                                                bool keep_layers) {
  const OneThread one_thread;
  const Shape& image = network.tensor(network.input).shape;
  const std::size_t image_size = image.elements(), chunk_size = image.elements(chunk);
  if (codes.size() % image_size != 0) {
    throw std::logic_error("run: codes are not a whole number of images");
  }
  EngineResult result;
  result.gated_macs.resize(network.nodes.size(), 0);
  result.other_outputs.resize(outputs.size() - 1);
  if (keep_layers) result.layer_outputs.resize(network.nodes.size());
  for (std::size_t first = 0; first < codes.size(); first += chunk_size) {
    const std::size_t bytes = std::min(chunk_size, codes.size() - first);
    std::copy_n(codes.begin() + static_cast<std::ptrdiff_t>(first), bytes, data(network.input));
    run_chunk(result, static_cast<int>(bytes / image_size));
  }
  return result;
}

void IntegerEngine::Implementation::run_chunk(EngineResult& result, int images) {
  const auto append = [&](TensorId id, std::vector<std::uint8_t>& out) {
    const std::uint8_t* first = data(id);
    out.insert(out.end(), first, first + images * network.tensor(id).shape.size());
  };
  read_through_masks(network.input, images);
  for (const NodeIndex i : network.nodes.indices()) {
    std::visit([&](const auto& node) { execute(node, i, result, images); }, network.nodes[i]);
    read_through_masks(node_output(network.nodes[i]), images);
    if (!result.layer_outputs.empty())
      append(node_output(network.nodes[i]), result.layer_outputs[i]);
  }
  append(outputs[0], result.logits);
  for (std::size_t i = 1; i < outputs.size(); ++i) append(outputs[i], result.other_outputs[i - 1]);
}

void IntegerEngine::Implementation::execute(const Convolution& node, NodeIndex index,
                                            EngineResult& result, int images) {
  ConvolutionStep& step = *steps[index];
  const std::uint8_t* input = data(node.input);
  const std::int64_t input_size = network.tensor(node.input).shape.size();
  for (int image = 0; image < images; ++image) {
    result.gated_macs[index] += step.gated.count(input + image * input_size);
  }
  if (step.ordered) {
    step.ordered->run(input, images, step.masks, data(node.output));
    return;
  }
  // Always a whole chunk: the rest of an incomplete one is old data whose results nobody reads.
  step.kernel->accumulate(input, sums.data());
  step.epilogue.run(sums.data(), data(node.output), images);
}

IntegerEngine::IntegerEngine(const QuantizedNetwork& network, EngineOptions options)
    : implementation_(std::make_unique<Implementation>(network, options)) {}
IntegerEngine::~IntegerEngine() = default;
IntegerEngine::IntegerEngine(IntegerEngine&&) noexcept = default;
IntegerEngine& IntegerEngine::operator=(IntegerEngine&&) noexcept = default;

void IntegerEngine::set_weights(const WeightSet& weights) { implementation_->set_weights(weights); }

void IntegerEngine::set_weights(NodeIndex node, std::span<const std::int8_t> weights) {
  implementation_->set_weights(node, weights);
}

void IntegerEngine::set_sum_masks(SumMasks masks) {
  implementation_->set_sum_masks(std::move(masks));
}

void IntegerEngine::set_tensor_masks(TensorMasks masks) {
  implementation_->set_tensor_masks(std::move(masks));
}

EngineResult IntegerEngine::run(std::span<const std::uint8_t> codes, bool keep_layers) {
  return implementation_->run(codes, keep_layers);
}

std::string IntegerEngine::convolution_path() const {
  return implementation_->use_onednn ? onednn_name() : "exact fp32 blocks";
}

}  // namespace brownout::models

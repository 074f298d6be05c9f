// Speed of the integer engine on the ResNet-8 topology of MLPerf Tiny with random weights, next to
// oneDNN's own convolutions alone on the same layers: the share that the engine reaches of them.
#include <benchmark/benchmark.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <oneapi/dnnl/dnnl.hpp>
#include <random>
#include <string>
#include <unordered_map>

#include "models/engine/integer_engine.hpp"

namespace {

using brownout::models::Addition;
using brownout::models::Convolution;
using brownout::models::ConvolutionPath;
using brownout::models::IntegerEngine;
using brownout::models::Pooling;
using brownout::models::PoolKind;
using brownout::models::QuantizedNetwork;
using brownout::models::Shape;
using brownout::models::TensorId;
using dnnl::memory;

constexpr int kImages = 256;

std::string numbered(std::string name, std::size_t number) {
  return name += std::to_string(number);
}

class Builder {
 public:
  TensorId tensor(const Shape& shape, float scale, int zero_point) {
    network_.tensors.push_back({.name = numbered("tensor", network_.tensors.size()),
                                .shape = shape,
                                .scale = scale,
                                .zero_point = zero_point});
    return static_cast<TensorId>(network_.tensors.size()) - 1;
  }

  TensorId convolution(TensorId input, int outputs, int kernel, int stride, int zero_point) {
    Convolution node;
    node.name = numbered("conv", network_.nodes.size());
    node.input = input;
    node.out_channels = outputs;
    const int pad = kernel / 2;
    node.window = {.kernel_height = kernel,
                   .kernel_width = kernel,
                   .stride_height = stride,
                   .stride_width = stride,
                   .pad_top = pad,
                   .pad_left = pad,
                   .pad_bottom = pad,
                   .pad_right = pad};
    const Shape in = network_.tensor(input).shape;
    const int k = in.channels * kernel * kernel;
    std::uniform_int_distribution<int> weight(-127, 127);
    for (int i = 0; i < outputs * k; ++i) {
      node.weights.push_back(static_cast<std::int8_t>(weight(random_)));
    }
    node.weight_scales.assign(static_cast<std::size_t>(outputs), 0.01F);
    node.bias.assign(static_cast<std::size_t>(outputs), 100);
    // About a third of the codes of such a layer are zero, as after a ReLU.
    const float spread = 70.0F * 60.0F * std::sqrt(static_cast<float>(k)) * 0.01F;
    node.output = tensor(window_output(in, node.window, outputs),
                         network_.tensor(input).scale * spread / 90.0F, zero_point);
    network_.nodes.emplace_back(node);
    return node.output;
  }

  TensorId add(TensorId left, TensorId right) {
    Addition node{.name = numbered("add", network_.nodes.size()), .left = left, .right = right};
    node.output =
        tensor(network_.tensor(left).shape,
               1.5F * std::max(network_.tensor(left).scale, network_.tensor(right).scale), 0);
    network_.nodes.emplace_back(node);
    return node.output;
  }

  QuantizedNetwork resnet8() {
    network_.name = "resnet8";
    network_.input = tensor({3, 32, 32}, 0.02F, 116);
    TensorId x = convolution(network_.input, 16, 3, 1, 0);
    x = add(convolution(convolution(x, 16, 3, 1, 0), 16, 3, 1, 128), x);
    for (const int channels : {32, 64}) {
      const TensorId main = convolution(convolution(x, channels, 3, 2, 0), channels, 3, 1, 128);
      x = add(main, convolution(x, channels, 1, 2, 128));
    }
    Pooling pool{.name = "pool", .kind = PoolKind::kGlobalAverage, .input = x};
    pool.window.kernel_height = pool.window.kernel_width = 8;
    pool.output = tensor({64, 1, 1}, network_.tensor(x).scale, 0);
    network_.nodes.emplace_back(pool);
    network_.output = convolution(pool.output, 10, 1, 1, 100);
    return network_;
  }

 private:
  QuantizedNetwork network_;
  std::mt19937 random_{1};
};

const QuantizedNetwork& resnet8() {
  static const QuantizedNetwork network = Builder().resnet8();
  return network;
}

double macs_per_image() {
  double macs = 0;
  for (const auto& node : resnet8().nodes) {
    if (const auto* convolution = std::get_if<Convolution>(&node)) {
      const Shape& out = resnet8().tensor(convolution->output).shape;
      macs += static_cast<double>(out.size()) * convolution->k_size();
    }
  }
  return macs;
}

std::vector<std::uint8_t> random_images() {
  std::mt19937 random(2);
  std::vector<std::uint8_t> codes(kImages * 3 * 32 * 32);
  for (std::uint8_t& code : codes) code = static_cast<std::uint8_t>(random() >> 24);
  return codes;
}

/// The convolutions of the network by oneDNN, each on its own buffers, `batch` images at a time.
class BareConvolutions {
 public:
  explicit BareConvolutions(int batch)
      : batch_(batch), engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    omp_set_num_threads(1);
    for (const auto& node : resnet8().nodes) {
      if (const auto* convolution = std::get_if<Convolution>(&node)) add(*convolution);
    }
  }

  void run(int images) {
    for (int first = 0; first < images; first += batch_) {
      for (auto& [primitive, arguments] : layers_) primitive.execute(stream_, arguments);
      stream_.wait();
    }
  }

 private:
  void add(const Convolution& node) {
    const Shape& in = resnet8().tensor(node.input).shape;
    const Shape& out = resnet8().tensor(node.output).shape;
    const auto& w = node.window;
    using Tag = memory::format_tag;
    const memory::desc source({batch_, in.channels, in.height, in.width}, memory::data_type::u8,
                              Tag::nhwc);
    const memory::desc weights({out.channels, in.channels, w.kernel_height, w.kernel_width},
                               memory::data_type::s8, Tag::any);
    const memory::desc sums({batch_, out.channels, out.height, out.width}, memory::data_type::s32,
                            Tag::nhwc);
    const memory::dims strides{w.stride_height, w.stride_width};
    const memory::dims begin{w.pad_top, w.pad_left};
    const memory::dims end{w.pad_bottom, w.pad_right};
    constexpr auto kInference = dnnl::prop_kind::forward_inference;
    constexpr auto kDirect = dnnl::algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
    const dnnl::convolution_forward::primitive_desc descriptor(engine_, kInference, kDirect, source,
                                                               weights, sums, strides, begin, end);
#else
    const dnnl::convolution_forward::primitive_desc descriptor(
        {kInference, kDirect, source, weights, sums, strides, begin, end}, engine_);
#endif
    layers_.emplace_back(
        dnnl::convolution_forward(descriptor),
        std::unordered_map<int, memory>{{DNNL_ARG_SRC, filled(descriptor.src_desc())},
                                        {DNNL_ARG_WEIGHTS, filled(descriptor.weights_desc())},
                                        {DNNL_ARG_DST, filled(descriptor.dst_desc())}});
  }

  memory filled(const memory::desc& desc) {
    memory buffer(desc, engine_);
    std::fill_n(static_cast<std::uint8_t*>(buffer.get_data_handle()), desc.get_size(),
                std::uint8_t{3});
    return buffer;
  }

  int batch_;
  dnnl::engine engine_;
  dnnl::stream stream_;
  std::vector<std::pair<dnnl::primitive, std::unordered_map<int, memory>>> layers_;
};

/// Of this process, which other load on the machine does not enter.
double cpu_seconds(const auto& work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

void report(benchmark::State& state, double passes) {
  const double images = passes * kImages;
  state.counters["images/s"] = benchmark::Counter(images, benchmark::Counter::kIsRate);
  state.counters["GMAC/s"] =
      benchmark::Counter(images * macs_per_image() * 1e-9, benchmark::Counter::kIsRate);
}

void engine_path(benchmark::State& state, ConvolutionPath path) {
  if (path == ConvolutionPath::kOneDnn && !brownout::models::onednn_is_exact()) {
    state.SkipWithError("oneDNN's int8 convolutions are not exact on this CPU");
    return;
  }
  IntegerEngine engine(resnet8(), {.path = path});
  const std::vector<std::uint8_t> codes = random_images();
  for (auto _ : state) benchmark::DoNotOptimize(engine.run(codes).logits.data());
  state.SetLabel(engine.convolution_path());
  report(state, static_cast<double>(state.iterations()));
}

void bare_convolutions(benchmark::State& state) {
  BareConvolutions bare(static_cast<int>(state.range(0)));
  for (auto _ : state) bare.run(kImages);
  report(state, static_cast<double>(state.iterations()));
}

/// Both in turns, so that other load on the machine meets both: the median of their ratios.
void share_of_onednn(benchmark::State& state) {
  if (!brownout::models::onednn_is_exact()) {
    state.SkipWithError("oneDNN's int8 convolutions are not exact on this CPU");
    return;
  }
  IntegerEngine engine(resnet8(), {.path = ConvolutionPath::kOneDnn});
  BareConvolutions bare(static_cast<int>(state.range(0)));
  const std::vector<std::uint8_t> codes = random_images();
  std::vector<double> shares;
  for (auto _ : state) {
    const double ours =
        cpu_seconds([&] { benchmark::DoNotOptimize(engine.run(codes).logits.data()); });
    shares.push_back(cpu_seconds([&] { bare.run(kImages); }) / ours);
  }
  std::nth_element(shares.begin(), shares.begin() + static_cast<std::ptrdiff_t>(shares.size() / 2),
                   shares.end());
  state.counters["share"] = shares[shares.size() / 2];
}

void set_weights(benchmark::State& state) {
  IntegerEngine engine(resnet8());
  const auto weights = brownout::models::clean_weights(resnet8());
  for (auto _ : state) engine.set_weights(weights);
}

BENCHMARK_CAPTURE(engine_path, onednn, ConvolutionPath::kOneDnn)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(engine_path, exact, ConvolutionPath::kExact)->Unit(benchmark::kMillisecond);
BENCHMARK(bare_convolutions)->Arg(4)->Arg(8)->Arg(32)->Arg(256)->Unit(benchmark::kMillisecond);
BENCHMARK(share_of_onednn)->Arg(8)->Arg(32)->Unit(benchmark::kMillisecond)->Iterations(21);
BENCHMARK(set_weights)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();

// Speed of the integer engine on real networks, next to oneDNN's own convolutions alone on the same
// layers: the share that the engine reaches of them.
//
//   bench_engine [NETWORK.onnx | NETWORK.tflite ...] [--benchmark_filter=REGEX ...]
//
// Without a file: the ResNet-8 of workloads/.
#include <benchmark/benchmark.h>
#include <omp.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <random>
#include <string>
#include <unordered_map>

#include "models/engine/integer_engine.hpp"
#include "models/network_import.hpp"

namespace {

using brownout::models::Convolution;
using brownout::models::ConvolutionPath;
using brownout::models::IntegerEngine;
using brownout::models::QuantizedNetwork;
using brownout::models::Shape;
using dnnl::memory;

/// A network and as many images as take about a quarter of a second on one core.
struct Load {
  explicit Load(const std::string& file) : network(brownout::models::import_network(file)) {
    for (const auto& node : network.nodes) {
      if (const auto* convolution = std::get_if<Convolution>(&node)) {
        macs += static_cast<double>(network.tensor(convolution->output).shape.size()) *
                convolution->k_size();
      }
    }
    images = 32 * static_cast<int>(std::clamp(24e9 / macs / 32, 1.0, 32.0));
    std::mt19937 random(2);
    codes.resize(static_cast<std::size_t>(images * network.tensor(network.input).shape.size()));
    for (std::uint8_t& code : codes) code = static_cast<std::uint8_t>(random() >> 24);
  }

  QuantizedNetwork network;
  double macs = 0;  ///< of an image
  int images = 0;
  std::vector<std::uint8_t> codes;
};

/// The convolutions of the network by oneDNN, each on its own buffers, `batch` images at a time.
class BareConvolutions {
 public:
  BareConvolutions(const QuantizedNetwork& network, int batch)
      : batch_(batch), engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    omp_set_num_threads(1);
    for (const auto& node : network.nodes) {
      if (const auto* convolution = std::get_if<Convolution>(&node)) add(network, *convolution);
    }
  }

  void run(int images) {
    for (int first = 0; first < images; first += batch_) {
      for (auto& [primitive, arguments] : layers_) primitive.execute(stream_, arguments);
      stream_.wait();
    }
  }

 private:
  void add(const QuantizedNetwork& network, const Convolution& node) {
    const Shape& in = network.tensor(node.input).shape;
    const Shape& out = network.tensor(node.output).shape;
    const auto& w = node.window;
    using Tag = memory::format_tag;
    const memory::desc source({batch_, in.channels, in.height, in.width}, memory::data_type::u8,
                              Tag::nhwc);
    memory::dims filters{out.channels / node.groups, in.channels / node.groups, w.kernel_height,
                         w.kernel_width};
    if (node.groups > 1) filters.insert(filters.begin(), node.groups);
    const memory::desc weights(filters, memory::data_type::s8, Tag::any);
    const memory::desc sums({batch_, out.channels, out.height, out.width}, memory::data_type::s32,
                            Tag::nhwc);
    const memory::dims strides{w.stride_height, w.stride_width};
    const memory::dims dilation{w.dilation_height - 1, w.dilation_width - 1};
    const memory::dims begin{w.pad_top, w.pad_left};
    const memory::dims end{w.pad_bottom, w.pad_right};
    constexpr auto kInference = dnnl::prop_kind::forward_inference;
    constexpr auto kDirect = dnnl::algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
    const dnnl::convolution_forward::primitive_desc descriptor(
        engine_, kInference, kDirect, source, weights, sums, strides, dilation, begin, end);
#else
    const dnnl::convolution_forward::primitive_desc descriptor(
        {kInference, kDirect, source, weights, sums, strides, dilation, begin, end}, engine_);
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

void report(benchmark::State& state, const Load& load) {
  const double images = static_cast<double>(state.iterations()) * load.images;
  state.counters["images/s"] = benchmark::Counter(images, benchmark::Counter::kIsRate);
  state.counters["GMAC/s"] =
      benchmark::Counter(images * load.macs * 1e-9, benchmark::Counter::kIsRate);
}

void engine_path(benchmark::State& state, const Load& load, ConvolutionPath path) {
  if (path == ConvolutionPath::kOneDnn && !brownout::models::onednn_is_exact()) {
    state.SkipWithError("oneDNN's int8 convolutions are not exact on this CPU");
    return;
  }
  IntegerEngine engine(load.network, {.path = path});
  for (auto _ : state) benchmark::DoNotOptimize(engine.run(load.codes).logits.data());
  state.SetLabel(engine.convolution_path());
  report(state, load);
}

void bare_convolutions(benchmark::State& state, const Load& load) {
  BareConvolutions bare(load.network, static_cast<int>(state.range(0)));
  for (auto _ : state) bare.run(load.images);
  report(state, load);
}

/// Both in turns, so that other load on the machine meets both: the median of their ratios.
void share_of_onednn(benchmark::State& state, const Load& load) {
  if (!brownout::models::onednn_is_exact()) {
    state.SkipWithError("oneDNN's int8 convolutions are not exact on this CPU");
    return;
  }
  IntegerEngine engine(load.network, {.path = ConvolutionPath::kOneDnn});
  BareConvolutions bare(load.network, static_cast<int>(state.range(0)));
  std::vector<double> shares;
  for (auto _ : state) {
    const double ours =
        cpu_seconds([&] { benchmark::DoNotOptimize(engine.run(load.codes).logits.data()); });
    shares.push_back(cpu_seconds([&] { bare.run(load.images); }) / ours);
  }
  std::nth_element(shares.begin(), shares.begin() + static_cast<std::ptrdiff_t>(shares.size() / 2),
                   shares.end());
  state.counters["share"] = shares[shares.size() / 2];
}

void set_weights(benchmark::State& state, const Load& load) {
  IntegerEngine engine(load.network);
  const auto weights = brownout::models::clean_weights(load.network);
  for (auto _ : state) engine.set_weights(weights);
}

void register_benchmarks(const std::string& file) {
  const auto load = std::make_shared<const Load>(file);
  const std::string name =
      std::filesystem::path(file).parent_path().filename() / std::filesystem::path(file).stem();
  const auto add = [&](const std::string& what, const auto& function) {
    return benchmark::RegisterBenchmark((name + "/" + what).c_str(),
                                        [=](benchmark::State& state) { function(state, *load); })
        ->Unit(benchmark::kMillisecond);
  };
  add("engine_onednn",
      [](auto& state, const Load& l) { engine_path(state, l, ConvolutionPath::kOneDnn); });
  add("engine_exact",
      [](auto& state, const Load& l) { engine_path(state, l, ConvolutionPath::kExact); });
  add("bare_convolutions", bare_convolutions)->Arg(4)->Arg(8)->Arg(32);
  add("share_of_onednn", share_of_onednn)->Arg(8)->Arg(32)->Iterations(11);
  add("set_weights", set_weights);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const std::vector<std::string> files(argv + 1, argv + argc);
  for (const std::string& file : files) register_benchmarks(file);
  if (files.empty()) {
    register_benchmarks(BROWNOUT_SOURCE_DIR "/workloads/cifar10_resnet8/network.onnx");
  }
  benchmark::RunSpecifiedBenchmarks();
}

// Convolutions by oneDNN's int8 primitives (2.6 and 3.x), unsigned sources and signed weights. The
// primitives are built once; new weights are only re-packed.
#include <numeric>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>

#include "models/engine/convolution_kernel.hpp"
#include "models/engine/integer_engine.hpp"

namespace brownout::models {
namespace {

using dnnl::memory;
using DescriptorOfConvolution = dnnl::convolution_forward::primitive_desc;

const dnnl::engine& cpu_engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

memory::desc plain(const memory::dims& dims, memory::data_type type, memory::format_tag tag) {
  return {dims, type, tag};
}

DescriptorOfConvolution describe(const Shape& in, const Shape& out, const Convolution& node,
                                 const memory::desc& weights, int images) {
  const Window& w = node.window;
  const memory::desc source = plain({images, in.channels, in.height, in.width},
                                    memory::data_type::u8, memory::format_tag::nhwc);
  const memory::desc sums = plain({images, out.channels, out.height, out.width},
                                  memory::data_type::s32, memory::format_tag::nhwc);
  const memory::dims strides{w.stride_height, w.stride_width};
  const memory::dims dilation{w.dilation_height - 1, w.dilation_width - 1};
  const memory::dims begin{w.pad_top, w.pad_left};
  const memory::dims end{w.pad_bottom, w.pad_right};
  constexpr auto kInference = dnnl::prop_kind::forward_inference;
  constexpr auto kDirect = dnnl::algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
  return {cpu_engine(), kInference, kDirect, source, weights, sums, strides, dilation, begin, end};
#else
  return {{kInference, kDirect, source, weights, sums, strides, dilation, begin, end},
          cpu_engine()};
#endif
}

/// The zero point's share of the sums. oneDNN's own zero padding already contributes nothing, so a
/// window at the border lacks the terms of its outside taps: pixels are classed by the set of taps
/// that lie inside, per dimension.
class ZeroPointCorrection {
 public:
  ZeroPointCorrection(const Shape& in, const Shape& out, const Convolution& node, int zero_point)
      : node_(node), zero_point_(zero_point) {
    if (zero_point == 0) {
      corrections_.runs.push_back({.pixels = out.height * out.width, .row = 0});
      return;
    }
    const Window& w = node.window;
    rows_ = classify(in.height, out.height, w.kernel_height, w.stride_height, w.pad_top,
                     w.dilation_height);
    columns_ =
        classify(in.width, out.width, w.kernel_width, w.stride_width, w.pad_left, w.dilation_width);
    for (const int row : rows_.of_output) {
      for (const int column : columns_.of_output) {
        const int index = row * static_cast<int>(columns_.inside.size()) + column;
        std::vector<ConvolutionKernel::Run>& runs = corrections_.runs;
        if (runs.empty() || runs.back().row != index) runs.push_back({.pixels = 0, .row = index});
        ++runs.back().pixels;
      }
    }
  }

  void set_weights(std::span<const std::int8_t> weights) {
    if (zero_point_ == 0) return;
    const std::vector<std::int32_t> taps = sum_per_tap(weights);
    const std::size_t outputs = node_.outputs();
    corrections_.table.clear();
    for (const std::vector<bool>& row : rows_.inside) {
      for (const std::vector<bool>& column : columns_.inside) {
        const std::size_t base = corrections_.table.size();
        corrections_.table.resize(base + outputs, 0);
        for (std::size_t kh = 0; kh < row.size(); ++kh) {
          for (std::size_t kw = 0; kw < column.size(); ++kw) {
            if (!row[kh] || !column[kw]) continue;
            const std::size_t tap = kh * column.size() + kw;
            for (std::size_t n = 0; n < outputs; ++n) {
              corrections_.table[base + n] -= zero_point_ * taps[tap * outputs + n];
            }
          }
        }
      }
    }
  }

  const ConvolutionKernel::Corrections& get() const { return corrections_; }

 private:
  struct Classes {
    std::vector<int> of_output;
    std::vector<std::vector<bool>> inside;  ///< by class: which taps lie inside the input
  };

  static Classes classify(int input, int output, int kernel, int stride, int pad, int dilation) {
    Classes classes;
    std::unordered_map<std::vector<bool>, int> known;
    for (int o = 0; o < output; ++o) {
      std::vector<bool> inside;
      for (int k = 0; k < kernel; ++k) {
        const int i = o * stride - pad + k * dilation;
        inside.push_back(i >= 0 && i < input);
      }
      const auto [entry, is_new] = known.try_emplace(inside, static_cast<int>(known.size()));
      if (is_new) classes.inside.push_back(inside);
      classes.of_output.push_back(entry->second);
    }
    return classes;
  }

  /// taps x out_channels: sums over the input channels.
  std::vector<std::int32_t> sum_per_tap(std::span<const std::int8_t> weights) const {
    const std::size_t taps = node_.window.taps();
    const std::size_t outputs = node_.outputs();
    const std::size_t k_size = weights.size() / outputs;
    std::vector<std::int32_t> sums(taps * outputs, 0);
    for (std::size_t n = 0; n < outputs; ++n) {
      for (std::size_t k = 0; k < k_size; ++k) {
        sums[k % taps * outputs + n] += weights[n * k_size + k];
      }
    }
    return sums;
  }

  const Convolution& node_;
  int zero_point_;
  Classes rows_, columns_;
  ConvolutionKernel::Corrections corrections_;
};

/// Exact: adds four products at once. Older sets saturate 16-bit sums of two on the way.
struct Isa {
  const char* name;
  dnnl::cpu_isa isa;
  bool exact;
};

Isa effective_isa() {
  using dnnl::cpu_isa;
  constexpr Isa kKnown[] = {
    {"sse41", cpu_isa::sse41, false},
    {"avx", cpu_isa::avx, false},
    {"avx2", cpu_isa::avx2, false},
    {"avx2_vnni", cpu_isa::avx2_vnni, true},
    {"avx512_core", cpu_isa::avx512_core, false},
    {"avx512_core_vnni", cpu_isa::avx512_core_vnni, true},
    {"avx512_core_bf16", cpu_isa::avx512_core_bf16, true},
    {"avx512_core_amx", cpu_isa::avx512_core_amx, true},
#if DNNL_VERSION_MAJOR >= 3
    {"avx512_core_fp16", cpu_isa::avx512_core_fp16, true},
    {"avx512_core_amx_fp16", cpu_isa::avx512_core_amx_fp16, true},
    {"avx2_vnni_2", cpu_isa::avx2_vnni_2, true},
#endif
  };
  const cpu_isa effective = dnnl::get_effective_cpu_isa();
  for (const Isa& known : kKnown) {
    if (known.isa == effective) return known;
  }
  return {"with an instruction set unknown to this program", effective, false};
}

class OneDnnConvolution final : public ConvolutionKernel {
 public:
  OneDnnConvolution(const QuantizedNetwork& network, const Convolution& node, int images)
      : stream_(cpu_engine()),
        correction_(network.tensor(node.input).shape, network.tensor(node.output).shape, node,
                    network.tensor(node.input).zero_point) {
    const Shape& in = network.tensor(node.input).shape;
    const Shape& out = network.tensor(node.output).shape;
    const bool grouped = node.groups > 1;
    memory::dims dims{node.out_channels / node.groups, in.channels / node.groups,
                      node.window.kernel_height, node.window.kernel_width};
    if (grouped) dims.insert(dims.begin(), node.groups);
    const DescriptorOfConvolution descriptor = describe(
        in, out, node, plain(dims, memory::data_type::s8, memory::format_tag::any), images);
    const memory::desc file_order =
        plain(dims, memory::data_type::s8,
              grouped ? memory::format_tag::goihw : memory::format_tag::oihw);
    source_ = memory(descriptor.src_desc(), cpu_engine(), nullptr);
    sums_ = memory(descriptor.dst_desc(), cpu_engine(), nullptr);
    given_weights_ = memory(file_order, cpu_engine(), nullptr);
    packed_weights_ = memory(descriptor.weights_desc(), cpu_engine());
    pack_ = dnnl::reorder(given_weights_, packed_weights_);
    convolve_ = dnnl::convolution_forward(descriptor);
    arguments_ = {
        {DNNL_ARG_SRC, source_}, {DNNL_ARG_WEIGHTS, packed_weights_}, {DNNL_ARG_DST, sums_}};
  }

  void set_weights(std::span<const std::int8_t> weights) override {
    // oneDNN takes a mutable pointer for what it only reads.
    given_weights_.set_data_handle(const_cast<std::int8_t*>(weights.data()));
    pack_.execute(stream_, given_weights_, packed_weights_);
    stream_.wait();
    given_weights_.set_data_handle(nullptr);
    correction_.set_weights(weights);
  }

  void accumulate(const std::uint8_t* codes, std::int32_t* sums) override {
    source_.set_data_handle(const_cast<std::uint8_t*>(codes));
    sums_.set_data_handle(sums);
    convolve_.execute(stream_, arguments_);
    stream_.wait();
  }

  const Corrections& corrections() const override { return correction_.get(); }

 private:
  dnnl::stream stream_;
  ZeroPointCorrection correction_;
  memory source_, sums_, given_weights_, packed_weights_;
  dnnl::reorder pack_;
  dnnl::convolution_forward convolve_;
  std::unordered_map<int, memory> arguments_;
};

}  // namespace

std::unique_ptr<ConvolutionKernel> make_onednn_convolution(const QuantizedNetwork& network,
                                                           const Convolution& convolution,
                                                           int images) {
  return std::make_unique<OneDnnConvolution>(network, convolution, images);
}

bool onednn_is_exact() { return effective_isa().exact; }

std::string onednn_name() { return std::string("oneDNN ") + effective_isa().name; }

}  // namespace brownout::models

// Convolutions whose weights have zero points: sum (x - zx) w - sum (x - zx) zw, two convolutions
// of which the second has constant weights. Their differences need 9 bits, which no kernel has.
#include <utility>

#include "models/engine/convolution_kernel.hpp"

namespace brownout::models {
namespace {

class ZeroPointConvolution final : public ConvolutionKernel {
 public:
  ZeroPointConvolution(MakeConvolution make, const QuantizedNetwork& network,
                       const Convolution& convolution, int images)
      : weighted_(make(network, convolution, images)),
        shared_(make(network, convolution, images)),
        sums_(network.tensor(convolution.output).shape.elements(images)) {
    std::vector<std::int8_t> zero_points;
    for (int n = 0; n < convolution.out_channels; ++n) {
      zero_points.insert(zero_points.end(), convolution.products(),
                         static_cast<std::int8_t>(convolution.weight_zero_point(n)));
    }
    shared_->set_weights(zero_points);
  }

  void set_weights(std::span<const std::int8_t> weights) override {
    weighted_->set_weights(weights);
    corrections_ = weighted_->corrections();
    const std::vector<std::int32_t>& less = shared_->corrections().table;
    for (std::size_t i = 0; i < less.size(); ++i) corrections_.table[i] -= less[i];
  }

  void accumulate(const std::uint8_t* codes, std::int32_t* sums) override {
    weighted_->accumulate(codes, sums);
    shared_->accumulate(codes, sums_.data());
    for (std::size_t i = 0; i < sums_.size(); ++i) {  // wraps; their difference is in range
      sums[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[i]) -
                                          static_cast<std::uint32_t>(sums_[i]));
    }
  }

  const Corrections& corrections() const override { return corrections_; }

 private:
  std::unique_ptr<ConvolutionKernel> weighted_, shared_;
  std::vector<std::int32_t> sums_;
  Corrections corrections_;
};

}  // namespace

std::unique_ptr<ConvolutionKernel> make_zero_point_convolution(MakeConvolution make,
                                                               const QuantizedNetwork& network,
                                                               const Convolution& convolution,
                                                               int images) {
  return std::make_unique<ZeroPointConvolution>(make, network, convolution, images);
}

}  // namespace brownout::models

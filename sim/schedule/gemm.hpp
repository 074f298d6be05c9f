// A layer with weights as a matrix product: its sizes. lower.hpp makes it.
#pragma once

#include <cstdint>

namespace brownout::schedule {

/// Once per group: M output pixels, N output channels of the group, K = (c_in * KH + kh) * KW + kw.
struct Gemm {
  std::int64_t m = 0;
  int n = 0;
  int k = 0;
  int groups = 1;

  std::int64_t macs() const { return m * n * k * groups; }
};

}  // namespace brownout::schedule

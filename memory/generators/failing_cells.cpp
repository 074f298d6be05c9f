// The loop over mix_bits, plain and with vector instructions. The multiplications are modulo 2^64
// in every version, so that all agree to the bit.
#include "memory/generators/failing_cells.hpp"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>

#include "memory/base/arithmetic.hpp"
#endif

namespace brownout::memory {
namespace {

std::uint64_t plain_kernel(std::uint64_t key, std::uint64_t first, std::uint32_t count,
                           const std::uint64_t* thresholds) {
  std::uint64_t word = 0;
  for (std::uint32_t i = count; i-- > 0;) {  // the last cell goes in first: no variable shift
    word = word << 1 | std::uint64_t{sequence_element(key, first + i) < thresholds[i]};
  }
  return word;
}

#if defined(__x86_64__)
// mix_bits of several elements at once. The compiler turns the operators into the instructions of
// the function's target; the mask of a comparison is the one thing that it has to be told.
typedef std::uint64_t Vector8 __attribute__((vector_size(64)));
typedef std::uint64_t Vector4 __attribute__((vector_size(32)));

constexpr Vector8 kSteps8 = Vector8{1, 2, 3, 4, 5, 6, 7, 8} * kGoldenGamma;
constexpr Vector4 kSteps4 = Vector4{1, 2, 3, 4} * kGoldenGamma;

__attribute__((target("avx512f,avx512dq"))) std::uint64_t avx512_kernel(
    std::uint64_t key, std::uint64_t first, std::uint32_t count, const std::uint64_t* thresholds) {
  std::uint64_t word = 0;
  for (std::uint32_t i = 0; i < count; i += 8) {
    Vector8 x = kSteps8 + (key + (first + i) * kGoldenGamma);
    x = (x ^ (x >> 30)) * kMixFactors[0];
    x = (x ^ (x >> 27)) * kMixFactors[1];
    x = x ^ (x >> 31);
    const __m512i limit = _mm512_loadu_si512(thresholds + i);
    word |= std::uint64_t{_mm512_cmplt_epu64_mask(reinterpret_cast<__m512i>(x), limit)} << i;
  }
  return word;
}

__attribute__((target("avx2"))) std::uint64_t avx2_kernel(std::uint64_t key, std::uint64_t first,
                                                          std::uint32_t count,
                                                          const std::uint64_t* thresholds) {
  std::uint64_t word = 0;
  for (std::uint32_t i = 0; i < count; i += 4) {
    Vector4 x = kSteps4 + (key + (first + i) * kGoldenGamma);
    x = (x ^ (x >> 30)) * kMixFactors[0];
    x = (x ^ (x >> 27)) * kMixFactors[1];
    x = x ^ (x >> 31);
    Vector4 limit;
    std::memcpy(&limit, thresholds + i, sizeof limit);
    const auto below = reinterpret_cast<__m256d>(x < limit);
    word |= static_cast<std::uint64_t>(_mm256_movemask_pd(below)) << i;
  }
  return word;
}
#endif

std::vector<NamedCellKernel> find_kernels() {
  std::vector<NamedCellKernel> kernels;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512dq")) kernels.push_back({"avx512", avx512_kernel});
  if (__builtin_cpu_supports("avx2")) kernels.push_back({"avx2", avx2_kernel});
#endif
  kernels.push_back({"plain", plain_kernel});
  return kernels;
}

}  // namespace

std::span<const NamedCellKernel> cell_kernels() {
  static const std::vector<NamedCellKernel> kernels = find_kernels();
  return kernels;
}

ColumnChances::ColumnChances(std::uint32_t columns)
    : columns_(columns),
      thresholds_(divide_up(std::size_t{columns}, kWordBits) * kWordBits),
      certain_(thresholds_.size() / kWordBits) {}

ColumnChances::ColumnChances(std::uint32_t columns, const Chance& chance) : ColumnChances(columns) {
  for (std::uint32_t column = 0; column < columns; ++column) set(column, chance);
}

void ColumnChances::set(std::uint32_t column, const Chance& chance) {
  thresholds_[column] = chance.threshold();
  const std::uint64_t bit = std::uint64_t{1} << column % kWordBits;
  std::uint64_t& certain = certain_[column / kWordBits];
  certain = chance.certain() ? certain | bit : certain & ~bit;
}

std::uint64_t ColumnChances::failing(std::uint64_t row_key, std::size_t word) const {
  static const CellKernel kernel = cell_kernels().front().run;
  const std::size_t first = word * kWordBits;
  const std::size_t count = std::min<std::size_t>(kWordBits, divide_up(columns_ - first, 8) * 8);
  return certain_[word] |
         kernel(row_key, first, static_cast<std::uint32_t>(count), &thresholds_[first]);
}

}  // namespace brownout::memory

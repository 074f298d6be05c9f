// What faults did to the weights of one layer: shares, directions, words, sizes of errors.
#pragma once

#include <cstdint>
#include <vector>

namespace brownout::storage {

/// Real weight bits only: bits of a word without a weight, and check bits, do not count.
struct WeightDamage {
  std::uint64_t bits_fetched = 0;  ///< in one inference, each fetch counted
  std::uint64_t zero_to_one = 0;   ///< of these, stored 0 and delivered as 1 by the cells
  std::uint64_t one_to_zero = 0;
  std::uint64_t words = 0;                ///< of the layer's tiles
  std::uint64_t words_touched = 0;        ///< with a weight bit that the cells deliver wrong
  std::uint64_t words_corrected = 0;      ///< by the word code, each fetch counted
  std::uint64_t words_uncorrectable = 0;  ///< likewise
  std::uint64_t weights = 0;
  std::uint64_t weights_changed = 0;  ///< read value differs from the written one
  std::uint64_t error_sum = 0;        ///< of |weight as read - as written|, in quantization steps
  std::uint64_t error_max = 0;

  std::uint64_t bits_wrong() const { return zero_to_one + one_to_zero; }
  /// Sums, and the larger of the largest errors: over words, layers or inferences.
  WeightDamage& operator+=(const WeightDamage& other);
  bool operator==(const WeightDamage&) const = default;
};

/// Shares over all layers: wrong bits of those fetched, changed weights of all.
double effective_ber(const std::vector<WeightDamage>& layers);
double weights_changed(const std::vector<WeightDamage>& layers);

}  // namespace brownout::storage

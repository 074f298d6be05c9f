// What faults did to the weights of one layer: shares, directions, words, sizes of errors.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/storage/word_path.hpp"

namespace brownout::storage {

/// Real weight bits only: bits of a word without a weight, and check bits, do not count.
struct WeightDamage {
  std::uint64_t bits_fetched = 0;  ///< in one inference, each fetch counted
  std::uint64_t zero_to_one = 0;   ///< of these, stored 0 and delivered as 1 by the cells
  std::uint64_t one_to_zero = 0;
  std::uint64_t bits_residual = 0;  ///< of these, other than the network's when the array gets them
  std::uint64_t words = 0;          ///< of the layer's tiles
  std::uint64_t words_touched = 0;  ///< with a weight bit that the cells deliver wrong
  CodewordCounts codewords = {};    ///< each fetch counted
  std::uint64_t codewords_fetched = 0;
  std::uint64_t weights = 0;
  std::uint64_t weights_changed = 0;  ///< read value differs from the network's
  std::uint64_t error_sum = 0;  ///< of |weight as read - the network's|, in quantization steps
  std::uint64_t error_max = 0;

  std::uint64_t bits_wrong() const { return zero_to_one + one_to_zero; }
  /// Sums, and the larger of the largest errors: over words, layers or inferences.
  WeightDamage& operator+=(const WeightDamage& other);
  bool operator==(const WeightDamage&) const = default;
};

WeightDamage sum_of(const std::vector<WeightDamage>& layers);
/// Shares over all layers: wrong bits of those fetched, changed weights of all.
double effective_ber(const std::vector<WeightDamage>& layers);
double weights_changed(const std::vector<WeightDamage>& layers);

}  // namespace brownout::storage

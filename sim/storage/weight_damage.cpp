#include "sim/storage/weight_damage.hpp"

#include <algorithm>

#include "memory/base/arithmetic.hpp"

namespace brownout::storage {
WeightDamage& WeightDamage::operator+=(const WeightDamage& other) {
  bits_fetched += other.bits_fetched;
  zero_to_one += other.zero_to_one;
  one_to_zero += other.one_to_zero;
  bits_residual += other.bits_residual;
  words += other.words;
  words_touched += other.words_touched;
  codewords += other.codewords;
  codewords_fetched += other.codewords_fetched;
  weights += other.weights;
  weights_changed += other.weights_changed;
  error_sum += other.error_sum;
  error_max = std::max(error_max, other.error_max);
  return *this;
}

WeightDamage sum_of(const std::vector<WeightDamage>& layers) {
  WeightDamage sum;
  for (const WeightDamage& layer : layers) sum += layer;
  return sum;
}

double effective_ber(const std::vector<WeightDamage>& layers) {
  const WeightDamage all = sum_of(layers);
  return share(all.bits_wrong(), all.bits_fetched);
}

double weights_changed(const std::vector<WeightDamage>& layers) {
  const WeightDamage all = sum_of(layers);
  return share(all.weights_changed, all.weights);
}

}  // namespace brownout::storage

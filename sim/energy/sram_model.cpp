#include "sim/energy/sram_model.hpp"

#include <algorithm>
#include <numbers>

#include "memory/base/input_error.hpp"
#include "memory/numbers/reproducible_math.hpp"

namespace brownout::energy {
namespace {

using hardware::OnChipMemory;

constexpr double kReferenceKib = 16, kReferenceBits = 32;

double doublings(double ratio) { return memory::reproducible_log(ratio) / std::numbers::ln2; }

// Of the cells alone: what protected ones cost more is their price's to say.
SramBank bank_of(hardware::SramSpec sram) {
  sram.protected_costs = {};
  return {.kib = sram.leaking_kib() / sram.banks, .word_bits = sram.access_bits()};
}

void validate_range(const std::string& low_key, double low, const std::string& high_key,
                    double high) {
  if (low <= high) return;
  throw InputError(high_key, "must be at least " + low_key);
}

}  // namespace

SramBank bank_of(const hardware::AcceleratorSpec& spec, OnChipMemory memory) {
  if (memory == OnChipMemory::kWeightSram) return bank_of(spec.weight_sram);
  if (memory == OnChipMemory::kActivationSram) return bank_of(spec.activation_sram);
  return {.kib = double{1} * spec.accumulator.depth * spec.accumulator.bits / 8 / 1024,
          .word_bits = double{1} * spec.accumulator.bits};
}

double SizeLaw::at(const SramBank& bank) const {
  const double s = doublings(bank.kib / kReferenceKib);
  const double w = doublings(bank.word_bits / kReferenceBits);
  const double exponent =
      size * s + width * w + size_size * s * s + size_width * s * w + width_width * w * w;
  return reference * memory::reproducible_exp(exponent * std::numbers::ln2);
}

SramBank SramModel::nearest(SramBank bank) const {
  return {.kib = std::clamp(bank.kib, smallest_kib, largest_kib),
          .word_bits = std::clamp(bank.word_bits, narrowest_bits, widest_bits)};
}

void SramModel::validate() const {
  validate_range("bank_kib.smallest", smallest_kib, "bank_kib.largest", largest_kib);
  validate_range("word_bits.narrowest", narrowest_bits, "word_bits.widest", widest_bits);
}

}  // namespace brownout::energy

#include "sim/hardware/accelerator_spec.hpp"

#include <limits>

#include "memory/base/input_error.hpp"
#include "sim/hardware/accelerator_keys.hpp"

namespace brownout::hardware {
namespace {

void validate_organisation(const std::string& key, const SramSpec& sram) {
  try {
    sram.organisation();
  } catch (const InputError& error) {
    throw error.below(key);
  }
}

// Of both halves: their words are numbered by 32 bits.
void validate_accumulators(const AcceleratorSpec& spec) {
  const std::int64_t words = std::int64_t{2} * spec.accumulator.depth * spec.array.columns;
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (words <= kMost) return;
  throw InputError("accumulator.depth", "2 x " + std::to_string(spec.accumulator.depth) +
                                            " entries x " + std::to_string(spec.array.columns) +
                                            " (array.columns) are " + std::to_string(words) +
                                            " words; at most " + std::to_string(kMost));
}

}  // namespace

std::string to_string(Placement placement) {
  return std::string(kPlacementNames.at(static_cast<std::size_t>(placement)));
}

memory::SramOrganisation SramSpec::organisation() const {
  const std::int64_t bits = capacity_bytes() * 8;
  if (bits % word_bits != 0) {
    throw InputError("word_bits", std::to_string(word_bits) + " does not divide " +
                                      std::to_string(capacity_kib) + " KiB");
  }
  memory::SramOrganisation organisation;
  organisation.banks = static_cast<std::uint32_t>(banks);
  organisation.words = static_cast<std::uint64_t>(bits / word_bits);
  organisation.word_bits = static_cast<std::uint32_t>(word_bits);
  organisation.check_bits = static_cast<std::uint32_t>(check_bits);
  organisation.column_mux = static_cast<std::uint32_t>(column_mux);
  organisation.validate();
  return organisation;
}

double SramSpec::access_bits() const { return bits_of_word(protected_costs.energy); }

/// With its share of spare columns, where a protected bit counts as so many.
double SramSpec::bits_of_word(double protected_bit) const {
  const double bits = word_bits + check_bits + static_cast<double>(spares.columns) / column_mux;
  if (!protected_bits.any()) return bits;
  return bits + protected_bits.count(organisation()) * (protected_bit - 1);
}

double SramSpec::kib_of_cells(double protected_bit) const {
  const double rows = organisation().geometry().rows;
  return double{1} * capacity_kib * bits_of_word(protected_bit) / word_bits *
         ((rows + spares.rows) / rows);
}

memory::SramOrganisation organisation(const AcceleratorSpec& spec, OnChipMemory memory) {
  switch (memory) {
    case OnChipMemory::kWeightSram:
      return spec.weight_sram.organisation();
    case OnChipMemory::kActivationSram:
      return spec.activation_sram.organisation();
    case OnChipMemory::kAccumulator:
      break;
  }
  memory::SramOrganisation accumulators;
  accumulators.banks = static_cast<std::uint32_t>(spec.array.columns);
  accumulators.words = std::uint64_t{2} * static_cast<unsigned>(spec.accumulator.depth) *
                       static_cast<unsigned>(spec.array.columns);
  accumulators.word_bits = static_cast<std::uint32_t>(spec.accumulator.bits);
  accumulators.column_mux = 2;
  accumulators.validate();
  return accumulators;
}

void validate(const AcceleratorSpec& spec) {
  AcceleratorSpec checked = spec;
  for (const Key& key : accelerator_keys(checked)) key.check();
  validate_accumulators(spec);
  validate_organisation("weight_sram", spec.weight_sram);
  validate_organisation("activation_sram", spec.activation_sram);
  const int activation_bytes = spec.activation_sram.banks * spec.activation_sram.word_bits / 8;
  if (activation_bytes < spec.array.rows) {
    throw InputError("activation_sram.banks",
                     std::to_string(activation_bytes) +
                         " bytes a cycle (banks x word_bits / 8) cannot feed " +
                         std::to_string(spec.array.rows) + " array rows");
  }
}

}  // namespace brownout::hardware

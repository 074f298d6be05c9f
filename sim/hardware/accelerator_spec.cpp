#include "sim/hardware/accelerator_spec.hpp"

#include <limits>
#include <stdexcept>

#include "memory/base/input_error.hpp"

namespace brownout::hardware {
namespace {

void validate_sram(const std::string& key, const SramSpec& sram) {
  require_range(key + ".capacity_kib", sram.capacity_kib, 1, 1 << 20);
  require_range(key + ".banks", sram.banks, 1, 1024);
  require_range(key + ".word_bits", sram.word_bits, 8, memory::WideBits::kMost);
  if (sram.word_bits % 8 != 0) {
    throw InputError(key + ".word_bits",
                     std::to_string(sram.word_bits) + " is not a multiple of 8");
  }
  require_range(key + ".column_mux", sram.column_mux, 1, 64);
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

Placement parse_placement(std::string_view name) {
  if (name == "resident") return Placement::kResident;
  if (name == "streaming") return Placement::kStreaming;
  if (name == "restart_per_layer") return Placement::kRestartPerLayer;
  throw InputError("'" + std::string(name) +
                   "' is not one of resident, streaming, restart_per_layer");
}

std::string to_string(Placement placement) {
  switch (placement) {
    case Placement::kResident:
      return "resident";
    case Placement::kStreaming:
      return "streaming";
    case Placement::kRestartPerLayer:
      return "restart_per_layer";
  }
  throw std::logic_error("unknown placement");
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
  if (!(spec.clock_hz > 0)) throw InputError("clock_hz", "must be above 0");
  require_range("array.rows", spec.array.rows, 1, 1024);
  require_range("array.columns", spec.array.columns, 1, 1024);
  require_range("accumulator.bits", spec.accumulator.bits, 8, 32);
  require_range("accumulator.depth", spec.accumulator.depth, 1, 1 << 24);
  validate_accumulators(spec);
  validate_sram("weight_sram", spec.weight_sram);
  validate_sram("activation_sram", spec.activation_sram);
  require_range("vector_unit.lanes", spec.vector_lanes, 1, 4096);
  require_range("dram.bytes_per_cycle", spec.dram.bytes_per_cycle, 1, 4096);
  require_range("dram.latency_cycles", spec.dram.latency_cycles, 0, 1000000);
  require_range("dram.burst_bytes", spec.dram.burst_bytes, 1, 65536);
  const int activation_bytes = spec.activation_sram.banks * spec.activation_sram.word_bits / 8;
  if (activation_bytes < spec.array.rows) {
    throw InputError("activation_sram.banks",
                     std::to_string(activation_bytes) +
                         " bytes a cycle (banks x word_bits / 8) cannot feed " +
                         std::to_string(spec.array.rows) + " array rows");
  }
}

}  // namespace brownout::hardware

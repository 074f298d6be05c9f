// The limits of an accelerator, and the organisation of its SRAMs.
#include "sim/hardware/accelerator_spec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "memory/base/input_error.hpp"

namespace brownout::hardware {
namespace {

struct BadSpec {
  std::function<void(AcceleratorSpec&)> spoil;
  std::string message;
};

TEST(AcceleratorSpec, DefaultsAreValid) { EXPECT_NO_THROW(validate(AcceleratorSpec{})); }

TEST(AcceleratorSpec, EachBadFieldIsNamedWithItsLimits) {
  const BadSpec cases[] = {
      {[](auto& s) { s.array.rows = 0; }, "array.rows: 0 is not in 1..1024"},
      {[](auto& s) { s.array.columns = 1025; }, "array.columns: 1025 is not in 1..1024"},
      {[](auto& s) { s.clock_hz = 0; }, "clock_hz: must be above 0"},
      {[](auto& s) { s.clock_hz = std::numeric_limits<double>::quiet_NaN(); },
       "clock_hz: must be above 0"},
      {[](auto& s) { s.accumulator.bits = 33; }, "accumulator.bits: 33 is not in 8..32"},
      {[](auto& s) { s.accumulator.depth = 0; }, "accumulator.depth: 0 is not in 1..16777216"},
      {[](auto& s) {
         s.accumulator.depth = 1 << 24;
         s.array.columns = 128;
       },
       "accumulator.depth: 2 x 16777216 entries x 128 (array.columns) are 4294967296 words; at "
       "most 4294967295"},
      {[](auto& s) { s.weight_sram.capacity_kib = -1; },
       "weight_sram.capacity_kib: -1 is not in 1..1048576"},
      {[](auto& s) { s.weight_sram.word_bits = 20; },
       "weight_sram.word_bits: 20 is not a multiple of 8"},
      {[](auto& s) { s.weight_sram.word_bits = 24; },
       "weight_sram.word_bits: 24 does not divide 128 KiB"},
      {[](auto& s) { s.weight_sram.banks = 3; }, "weight_sram.banks: 3 does not divide the"},
      {[](auto& s) { s.activation_sram.column_mux = 3; },
       "activation_sram.column_mux: 3 does not divide the"},
      {[](auto& s) { s.activation_sram.banks = 2; },
       "activation_sram.banks: 16 bytes a cycle (banks x word_bits / 8) cannot feed 32 array rows"},
      {[](auto& s) { s.vector_lanes = 0; }, "vector_unit.lanes: 0 is not in 1..4096"},
      {[](auto& s) { s.dram.latency_cycles = -1; }, "dram.latency_cycles: -1 is not in 0..1000000"},
  };
  for (const BadSpec& bad : cases) {
    SCOPED_TRACE(bad.message);
    AcceleratorSpec spec;
    bad.spoil(spec);
    try {
      validate(spec);
      ADD_FAILURE() << "accepted";
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), testing::StartsWith(bad.message));
    }
  }
}

TEST(AcceleratorSpec, LimitsThemselvesAreAllowed) {
  AcceleratorSpec spec;
  spec.array = {1024, 1024};
  spec.activation_sram = {.capacity_kib = 1024, .banks = 128, .word_bits = 64, .column_mux = 4};
  spec.dram = {.bytes_per_cycle = 4096, .latency_cycles = 0, .burst_bytes = 1};
  EXPECT_NO_THROW(validate(spec));
}

TEST(AcceleratorSpec, AnSramHoldsItsCapacityInWords) {
  const SramSpec sram{.capacity_kib = 128, .banks = 8, .word_bits = 32, .column_mux = 4};
  EXPECT_EQ(sram.organisation().words, 128U * 1024 / 4);
  EXPECT_EQ(sram.organisation().geometry().cells(), 128U * 1024 * 8);
}

}  // namespace
}  // namespace brownout::hardware

// Prices by the size of a bank and the width of its words.
#include "sim/energy/sram_model.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "memory/base/input_error.hpp"

namespace brownout::energy {
namespace {

using hardware::OnChipMemory;

TEST(SizeLaw, IsTheReferenceTimesTwoToThePolynomialOfDoublings) {
  const SizeLaw law{.reference = 3,
                    .size = 0.5,
                    .width = -0.25,
                    .size_size = 0.03,
                    .size_width = 0.02,
                    .width_width = 0.01};
  EXPECT_EQ(law.at({.kib = 16, .word_bits = 32}), 3);
  EXPECT_NEAR(law.at({.kib = 32, .word_bits = 32}), 3 * std::exp2(0.5 + 0.03), 1e-12);
  EXPECT_NEAR(law.at({.kib = 16, .word_bits = 16}), 3 * std::exp2(0.25 + 0.01), 1e-12);
  const double s = std::log2(100.0 / 16), w = std::log2(39.0 / 32);
  EXPECT_NEAR(law.at({.kib = 100, .word_bits = 39}),
              3 * std::exp2(0.5 * s - 0.25 * w + 0.03 * s * s + 0.02 * s * w + 0.01 * w * w),
              1e-12);
}

SramModel covering(double smallest, double largest, double narrowest, double widest) {
  SramModel model;
  model.smallest_kib = smallest;
  model.largest_kib = largest;
  model.narrowest_bits = narrowest;
  model.widest_bits = widest;
  return model;
}

TEST(SramModel, ABankOutsideTheRunsCostsWhatTheNearestDoes) {
  const SramModel model = covering(2, 2048, 8, 256);
  EXPECT_TRUE(model.covers({.kib = 2, .word_bits = 256}));
  EXPECT_FALSE(model.covers({.kib = 1, .word_bits = 32}));
  EXPECT_EQ(model.nearest({.kib = 1, .word_bits = 300}), (SramBank{.kib = 2, .word_bits = 256}));
  EXPECT_EQ(model.nearest({.kib = 4096, .word_bits = 4}), (SramBank{.kib = 2048, .word_bits = 8}));
}

TEST(SramModel, ARangeWithoutAValueIsRefused) {
  SramModel model = covering(4, 2, 64, 64);
  EXPECT_THROW(model.validate(), InputError);
  model.largest_kib = 4;
  EXPECT_NO_THROW(model.validate());
}

TEST(SramBanks, AreThoseOfEachMemory) {
  hardware::AcceleratorSpec spec;  // 128 KiB in 8 banks, 256 KiB in 8, 4096 entries of 32 bits
  EXPECT_EQ(bank_of(spec, OnChipMemory::kWeightSram), (SramBank{.kib = 16, .word_bits = 32}));
  EXPECT_EQ(bank_of(spec, OnChipMemory::kActivationSram), (SramBank{.kib = 32, .word_bits = 64}));
  EXPECT_EQ(bank_of(spec, OnChipMemory::kAccumulator), (SramBank{.kib = 16, .word_bits = 32}));
  spec.weight_sram.banks = 2;
  spec.weight_sram.check_bits = 8;
  EXPECT_EQ(bank_of(spec, OnChipMemory::kWeightSram), (SramBank{.kib = 80, .word_bits = 40}));
}

}  // namespace
}  // namespace brownout::energy

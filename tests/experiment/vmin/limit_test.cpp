// What limits a chip, of what its parts cost.
#include "sim/experiment/vmin/limit.hpp"

#include <gtest/gtest.h>

#include "memory/base/input_error.hpp"

namespace brownout::experiment {
namespace {

std::vector<FaultPart> parts() {
  std::vector<FaultPart> parts(5);  // all, two layers, two bits
  parts[1].layer = "conv1";
  parts[2].layer = "conv2";
  parts[3].bit = "0";
  parts[4].bit = "7";
  return parts;
}

TEST(Limit, IsTheWorstLayerAndTheWorstBitAndTheBitlineWhoseRepairRegainsMost) {
  const Limit limit = find_limit(17, parts(), {0.05, 0.01, 0.03, 0.002, 0.045},
                                 {{"bank 0, bitline 3", 0.04}, {"bank 5, bitline 9", 0.02}});
  EXPECT_EQ(limit.chip, 17U);
  EXPECT_EQ(limit.drop_of_all, 0.05);
  EXPECT_EQ(limit.layer, "conv2");
  EXPECT_EQ(limit.layer_drop, 0.03);
  EXPECT_EQ(limit.bit, "7");
  EXPECT_EQ(limit.bit_drop, 0.045);
  EXPECT_EQ(limit.bitline, "bank 5, bitline 9");
  EXPECT_DOUBLE_EQ(limit.bitline_regained, 0.03);
}

TEST(Limit, NamesNothingThatCostsNothing) {
  const Limit limit = find_limit(0, parts(), {0.02, 0, -0.01, 0, 0}, {{"bank 0, bitline 3", 0.03}});
  EXPECT_EQ(limit.layer, "");
  EXPECT_EQ(limit.bit, "");
  EXPECT_EQ(limit.bitline, "");
}

TEST(Limit, ABitlineReadsBackFromTheJournal) {
  const RepairedBitline repaired{"bank 5, bitline 9", 0.0125};
  const auto again = parse_repaired(repaired_text(repaired));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->bitline, repaired.bitline);
  EXPECT_EQ(again->drop, repaired.drop);
  EXPECT_FALSE(parse_repaired(repaired_text({})));
  EXPECT_THROW(parse_repaired("bank 5"), InputError);
  EXPECT_THROW(parse_repaired("0.5"), InputError);
}

}  // namespace
}  // namespace brownout::experiment

// Who feeds what: the default, joined memories, and what no chip can have.
#include "sim/hardware/supply.hpp"

#include <gtest/gtest.h>

#include "memory/base/input_error.hpp"

namespace brownout::hardware {
namespace {

constexpr auto kWeights = OnChipMemory::kWeightSram;
constexpr auto kActivations = OnChipMemory::kActivationSram;
constexpr auto kSums = OnChipMemory::kAccumulator;

std::vector<std::string> names(const Supplies& supplies) {
  std::vector<std::string> result;
  for (const Supply& supply : supplies.all()) result.push_back(supply.name);
  return result;
}

TEST(Supplies, ByDefaultEveryMemoryAndTheLogicHaveTheirOwn) {
  const Supplies supplies;
  EXPECT_EQ(names(supplies),
            (std::vector<std::string>{"weight_sram", "activation_sram", "accumulator", "logic"}));
  for (const OnChipMemory memory : kOnChipMemories) {
    EXPECT_EQ(supplies.of(memory).name, to_string(memory));
    EXPECT_EQ(supplies.of(memory).memories, std::vector{memory});
  }
  EXPECT_TRUE(supplies.logic().memories.empty());
}

TEST(Supplies, WhatNoneNamesKeepsItsOwn) {
  const Supplies supplies({{.name = "vddm", .memories = {kSums, kWeights}}});
  EXPECT_EQ(names(supplies), (std::vector<std::string>{"vddm", "activation_sram", "logic"}));
  EXPECT_EQ(supplies.of(kWeights).name, "vddm");
  EXPECT_EQ(supplies.of(kSums).name, "vddm");
  EXPECT_EQ(supplies.of(kActivations).name, "activation_sram");
  EXPECT_EQ(supplies.logic().name, "logic");
}

TEST(Supplies, MayHaveTheNameOfAMemoryThatTheyFeed) {
  const Supplies supplies(
      {{.name = "accumulator", .memories = {kWeights, kSums}}, {.name = "vdd", .logic = true}});
  EXPECT_EQ(supplies.of(kWeights).name, "accumulator");
  EXPECT_EQ(supplies.logic().name, "vdd");
}

TEST(Supplies, AreFoundByNameWhereTheyFeedMemories) {
  const Supplies supplies({{.name = "vddm", .memories = {kWeights, kActivations}}});
  EXPECT_EQ(supplies.of_memories("vddm"), supplies.of(kActivations));
  EXPECT_EQ(supplies.of_memories("weight_sram").name, "vddm");  // by what it feeds
  EXPECT_EQ(supplies.of_memories("vddm").names(),
            (std::vector<std::string>{"vddm", "weight_sram", "activation_sram"}));
  EXPECT_EQ(supplies.of_memories("accumulator").names(), std::vector<std::string>{"accumulator"});
  for (const char* name : {"logic", "dram", ""}) {
    try {
      supplies.of_memories(name);
      ADD_FAILURE() << name << " is found";
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()),
                "'" + std::string(name) + "' is not one of vddm, accumulator");
    }
  }
}

TEST(Supplies, FeedWhatThereIs) {
  Supply supply{.name = "a"};
  supply.feed("accumulator");
  supply.feed("logic");
  EXPECT_EQ(supply.fed(), (std::vector<std::string>{"accumulator", "logic"}));
  EXPECT_TRUE(supply.feeds(kSums) && !supply.feeds(kWeights) && supply.logic);
  EXPECT_THROW(supply.feed("dram"), std::runtime_error);
}

TEST(Supplies, WhatNoChipCanHaveIsNamed) {
  struct Case {
    std::vector<Supply> supplies;
    std::string message;
  };
  const Case cases[] = {
      {{{.name = "a", .memories = {kWeights}}, {.name = "b", .memories = {kSums, kWeights}}},
       "b: weight_sram is on two supplies"},
      {{{.name = "a", .memories = {kSums, kSums}}}, "a: accumulator is on two supplies"},
      {{{.name = "a", .logic = true}, {.name = "b", .logic = true}}, "b: logic is on two supplies"},
      {{{.name = "a", .memories = {kWeights}}, {.name = "a", .memories = {kSums}}},
       "a: the name is taken"},
      {{{.name = "accumulator", .memories = {kWeights}}},
       "accumulator: the name is that of the accumulators"},
      {{{.name = "weight_sram", .logic = true}},
       "weight_sram: the name is that of the weight SRAM"},
      {{{.name = "logic", .memories = {kWeights}}}, "logic: the name is that of the logic"},
      {{{.name = "dram", .memories = {kWeights}}}, "dram: the name is that of the DRAM"},
      {{{.name = "a"}}, "a: feeds nothing"},
      {{{.name = "a", .memories = {kWeights}, .logic = true}},
       "a: feeds logic and memories; logic, whose voltage changes no value, has its own"},
      {{{.name = "v,dd", .logic = true}}, "v,dd: a name is made of a-z, 0-9 and _"},
      {{{.name = "", .logic = true}}, ": a name is made of a-z, 0-9 and _"},
  };
  for (const Case& bad : cases) {
    try {
      const Supplies supplies(bad.supplies);
      ADD_FAILURE() << "accepted: " << bad.message;
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()), bad.message);
    }
  }
}

}  // namespace
}  // namespace brownout::hardware

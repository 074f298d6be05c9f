// memory.faults: every spelling, and every mistake.
#include "sim/config/faults_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/config/workload_files.hpp"

namespace brownout::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

FaultsConfig with(const std::string& faults) {
  const WorkloadFiles files;
  return files.load_with({"memory.faults=" + faults}).memory.faults;
}

TEST(FaultsConfig, WithoutTheKeyEveryFaultActs) {
  const WorkloadFiles files;
  const FaultsConfig faults = files.load().memory.faults;
  EXPECT_THAT(faults.layers, IsEmpty());
  EXPECT_THAT(faults.bits, IsEmpty());
  EXPECT_EQ(faults.polarity, storage::FaultPolarity::kBoth);
  EXPECT_FALSE(faults.restricts());
}

TEST(FaultsConfig, EveryKeyIsRead) {
  const WorkloadFiles files;
  files.edit("w.yaml", "  encoding:",
             "  faults: {layers: [conv1, \"block, 2\"], bits: [7], polarity: 1to0}\n  encoding:");
  const FaultsConfig faults = files.load().memory.faults;
  EXPECT_THAT(faults.layers, ElementsAre("conv1", "block, 2"));
  EXPECT_THAT(faults.bits, ElementsAre(7));
  EXPECT_EQ(faults.polarity, storage::FaultPolarity::kOneToZero);
  EXPECT_THAT(faults.layers_place, ::testing::EndsWith("w.yaml:10: memory.faults.layers"));
  EXPECT_TRUE(faults.restricts());
}

TEST(FaultsConfig, BitsAreNumbersRangesOrBoth) {
  EXPECT_THAT(with("{bits: 7}").bits, ElementsAre(7));
  EXPECT_THAT(with("{bits: 4:7}").bits, ElementsAre(4, 5, 6, 7));
  EXPECT_THAT(with("{bits: \"4:7\"}").bits, ElementsAre(4, 5, 6, 7));
  EXPECT_THAT(with("{bits: [6, 0:1, 3]}").bits, ElementsAre(0, 1, 3, 6));
}

TEST(FaultsConfig, OneKeyCanBeSet) {
  const WorkloadFiles files;
  const FaultsConfig faults =
      files.load_with({"memory.faults.bits=7", "memory.faults.layers=conv1"}).memory.faults;
  EXPECT_THAT(faults.bits, ElementsAre(7));
  EXPECT_THAT(faults.layers, ElementsAre("conv1"));
  EXPECT_EQ(faults.bits_place, "--set memory.faults.bits");
}

TEST(FaultsConfig, MistakesAreFoundAtTheirPlace) {
  const std::pair<std::string, std::string> cases[] = {
      {"{bit: 7}", "--set memory.faults: memory.faults.bit: unknown key, did you mean bits?"},
      {"7", "--set memory.faults: must be a map with the keys layers, bits, polarity"},
      {"{bits: 8}", "--set memory.faults: memory.faults.bits: 8 is not in 0..7"},
      {"{bits: [0, 4:9]}", "--set memory.faults: memory.faults.bits[1]: 9 is not in 0..7"},
      {"{bits: -1}", "--set memory.faults: memory.faults.bits: \"-1\" is not a bit such as 7"},
      {"{bits: 4:x}", "--set memory.faults: memory.faults.bits: \"4:x\" is not a bit such as 7"},
      {"{bits: 7:4}", "--set memory.faults: memory.faults.bits: \"7:4\" runs backwards"},
      {"{bits: [7, 6:7]}", "--set memory.faults: memory.faults.bits[1]: bit 7 stands there twice"},
      {"{bits: []}", "--set memory.faults: memory.faults.bits: names no bit"},
      {"{bits: {a: 1}}", "--set memory.faults: memory.faults.bits: must be text, is a map"},
      {"{layers: []}", "--set memory.faults: memory.faults.layers: names no layer"},
      {"{layers: [a, a]}",
       "--set memory.faults: memory.faults.layers[1]: \"a\" stands there twice"},
      {"{polarity: up}",
       "--set memory.faults: memory.faults.polarity: \"up\" is not one of both, 0to1, 1to0"},
  };
  for (const auto& [faults, message] : cases) {
    EXPECT_THAT(error_of([&, &f = faults] { with(f); }), StartsWith(message)) << faults;
  }
}

TEST(FaultsConfig, IsListedWithTheConfiguration) {
  const auto listed = [](const std::string& faults) {
    const WorkloadFiles files;
    std::map<std::string, std::string> values;
    for (const auto& [key, value] :
         resolved_configuration(files.load_with({"memory.faults=" + faults}))) {
      if (key.starts_with("memory.faults.")) values[key.substr(14)] = value;
    }
    return values;
  };
  const std::map<std::string, std::string> all = {
      {"layers", "all"}, {"bits", "all"}, {"polarity", "both"}};
  EXPECT_EQ(listed("{polarity: both}"), all);
  const std::map<std::string, std::string> some = {
      {"layers", "[conv1, fc]"}, {"bits", "[6, 7]"}, {"polarity", "0to1"}};
  EXPECT_EQ(listed("{layers: [conv1, fc], bits: 6:7, polarity: 0to1}"), some);
}

}  // namespace
}  // namespace brownout::config

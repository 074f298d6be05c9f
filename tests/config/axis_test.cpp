// Axes as the command line writes them, and all combinations of their values.
#include "sim/config/axis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/workload_files.hpp"

namespace brownout::config {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

TEST(Axis, SplitsAtCommasOutsideBracketsAndQuotes) {
  const Axis axis =
      parse_axis("memory.mitigations={},{secded: {on_uncorrectable: zero}, faq},[a, b]");
  EXPECT_EQ(axis.key, "memory.mitigations");
  EXPECT_THAT(axis.values, ElementsAre("{}", "{secded: {on_uncorrectable: zero}, faq}", "[a, b]"));
  EXPECT_THAT(parse_axis("a='x, [y',\"]=, z\", w").values,
              ElementsAre("'x, [y'", "\"]=, z\"", "w"));
  EXPECT_THAT(parse_axis("a=one").values, ElementsAre("one"));
}

TEST(Axis, MistakesNameTheAxis) {
  const std::pair<std::string, std::string> cases[] = {
      {"memory.encoding", "--axis memory.encoding: must be KEY=A,B"},
      {"=a,b", "--axis =a,b: must be KEY=A,B"},
      {"k=", "--axis k: a value is empty; values stand as in k=A,B"},
      {"k=a,,b", "--axis k: a value is empty; values stand as in k=A,B"},
      {"k=a,b, a", "--axis k: \"a\" is given twice"},
      {"k={a,b", "--axis k: a } is missing"},
      {"k='a", "--axis k: a ' is missing"}};
  for (const auto& [text, error] : cases) {
    EXPECT_EQ(error_of([&text = text] { parse_axis(text); }), error) << text;
  }
}

TEST(Axis, CombinesEveryValueWithEveryOtherAndTheLastAxisChangesFastest) {
  const auto all = combinations({{"a", {"1", "2"}}, {"b", {"x", "y", "z"}}});
  ASSERT_EQ(all.size(), 6U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_THAT(all[i], ElementsAre(Setting{"a", i < 3 ? "1" : "2"},
                                    Setting{"b", std::string(1, static_cast<char>('x' + i % 3))}));
  }
  EXPECT_EQ(error_of([] {
              combinations({{"a", {"1"}}, {"b", {"2"}}, {"a", {"3"}}});
            }),
            "--axis a: is given twice");
}

TEST(Axis, MoreCombinationsThanAnybodyWaitsForAreRefused) {
  const std::vector<std::string> hundred(100, "v");
  EXPECT_EQ(combinations({{"a", hundred}, {"b", hundred}}).size(), 10'000U);
  EXPECT_EQ(error_of([&] {
              combinations({{"a", hundred}, {"b", hundred}, {"c", {"1", "2"}}});
            }),
            "--axis c: the axes have more than 10000 combinations");
}

TEST(Axis, ItsValueStandsAfterThoseOfSetAndItsMistakesNameIt) {
  const WorkloadFiles files;
  Overrides overrides;
  overrides.set = {"run.batch=1"};
  overrides.axes = {{"run.batch", "2"}};
  EXPECT_EQ(files.load(overrides).run.batch, 2);
  files.directory.write("weak.yaml", kProfile);
  overrides.axes = {{"memory.profile", "weak.yaml"}};  // a whole file, before it is opened
  EXPECT_EQ(files.load(overrides).input_files.size(), files.load().input_files.size());
  overrides.axes = {{"memory.encodng", "gray"}};
  EXPECT_EQ(files.load_error(overrides),
            "--axis memory.encodng: unknown key, did you mean encoding?");
  overrides.axes = {{"array.rows", "4"}};
  EXPECT_EQ(files.load_error(overrides),
            "--axis array.rows: unknown key, did you mean accelerator.array.rows?");
  overrides.axes = {{"accelerator.array.rows", "0"}};
  EXPECT_THAT(files.load_error(overrides),
              StartsWith("--axis accelerator.array.rows: 0 is not in"));
}

}  // namespace
}  // namespace brownout::config

// What may follow on a command line.
#include "sim/cli/completion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brownout::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

using Words = std::vector<std::string>;

/// Without their descriptions.
Words complete(const Words& words) {
  Words found = completions(all_commands(), words);
  for (std::string& line : found) line = line.substr(0, line.find('\t'));
  return found;
}

TEST(Completion, CommandsByTheirFirstWordAndThenTheSecond) {
  EXPECT_THAT(complete({""}), IsSupersetOf({"run", "sweep", "map", "completion"}));
  EXPECT_THAT(complete({"sw"}), ElementsAre("sweep"));
  EXPECT_THAT(complete({"map", "in"}), ElementsAre("info"));
  EXPECT_THAT(complete({"nothing", ""}), IsEmpty());
}

TEST(Completion, EveryDeclaredOptionOfEveryCommand) {
  for (const Command& command : all_commands()) {
    Words words{command.spec.name.substr(0, command.spec.name.find(' '))};
    if (command.spec.name != words[0]) {
      words.push_back(command.spec.name.substr(words[0].size() + 1));
    }
    words.emplace_back("--");
    for (const OptionSpec& option : command.spec.options) {
      EXPECT_THAT(complete(words), Contains("--" + option.name)) << command.spec.name;
    }
  }
}

TEST(Completion, OptionsOnceUnlessTheyRepeat) {
  const Words words = complete({"run", "w.yaml", "--images", "5", "--set", "run.seed=1", "--"});
  EXPECT_THAT(words, Not(Contains("--images")));
  EXPECT_THAT(words, Contains("--set"));
}

TEST(Completion, ArgumentsAreFilesOrWords) {
  EXPECT_THAT(complete({"run", ""}), ElementsAre("%files"));
  EXPECT_THAT(complete({"run", "--quiet", "wor"}), ElementsAre("%files"));
  EXPECT_THAT(complete({"run", "w.yaml", "--fault-map", ""}), ElementsAre("%files"));
  EXPECT_THAT(complete({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(complete({"run", "w.yaml", ""}), Contains("--voltage"));
}

TEST(Completion, WordsOfAnOption) {
  EXPECT_THAT(complete({"run", "w.yaml", "--format", ""}), ElementsAre("table", "csv", "json"));
  EXPECT_THAT(complete({"run", "w.yaml", "--format", "j"}), ElementsAre("json"));
  EXPECT_THAT(complete({"run", "w.yaml", "--format=c"}), ElementsAre("--format=csv"));
  EXPECT_THAT(complete({"run", "w.yaml", "--format", "=", "c"}), ElementsAre("csv"));  // bash
  EXPECT_THAT(complete({"run", "w.yaml", "--format", "="}), ElementsAre("table", "csv", "json"));
  EXPECT_THAT(complete({"run", "w.yaml", "--voltage", ""}), IsEmpty());
}

TEST(Completion, KeysOfSet) {
  EXPECT_THAT(complete({"run", "w.yaml", "--set", "accelerator.array."}),
              ElementsAre("accelerator.array.rows=", "accelerator.array.columns="));
  EXPECT_THAT(complete({"run", "w.yaml", "--set", "accelerator="}), ElementsAre("%files"));
  // As bash splits it.
  EXPECT_THAT(complete({"run", "w.yaml", "--set", "accelerator", "="}), ElementsAre("%files"));
  EXPECT_THAT(complete({"run", "w.yaml", "--set", "accelerator", "=", "con"}),
              ElementsAre("%files"));
  EXPECT_THAT(complete({"run", "--set", "run.seed", "=", "1", "w"}), ElementsAre("%files"));
}

}  // namespace
}  // namespace brownout::cli

// Help texts: complete, narrow, and honest about the repository.
#include "sim/cli/help.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

namespace brownout::cli {
namespace {

using testing::HasSubstr;

std::size_t longest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
  return longest;
}

TEST(Help, ListsEveryCommand) {
  const std::string help = program_help(all_commands());
  for (const Command& command : all_commands()) {
    EXPECT_THAT(help, HasSubstr("  " + command.spec.name + "  ")) << command.spec.name;
    EXPECT_THAT(help, HasSubstr(command.spec.summary.substr(0, 30)));
  }
  EXPECT_LE(longest_line(help), 80);
}

TEST(Help, LaysOutACommand) {
  const CommandSpec spec{.name = "run",
                         .summary = "",
                         .purpose = "Runs.",
                         .example = "brownout run w.yaml",
                         .positional = "FILE",
                         .options = {{"images", "N", "How many."}, {"quiet", "", "No notes."}}};
  EXPECT_EQ(command_help(spec),
            "Runs.\n\nusage: brownout run FILE [options]\n\nexample:\n  brownout run w.yaml\n\n"
            "options:\n  --images N  How many.\n  --quiet     No notes.\n");
}

TEST(Help, EveryCommandTeaches) {
  for (const Command& command : all_commands()) {
    const std::string help = command_help(command.spec);
    EXPECT_THAT(help, HasSubstr("brownout " + command.spec.name + " ")) << command.spec.name;
    EXPECT_TRUE(command.spec.example.starts_with("brownout " + command.spec.name));
    std::vector<std::string> options = {"--help", "--version"};
    const bool prints_table = command.spec.name != "completion" && command.spec.name != "report";
    if (prints_table) options.insert(options.end(), {"--format", "--wide", "--quiet"});
    for (const std::string& option : options) {
      EXPECT_THAT(help, HasSubstr(option)) << command.spec.name;
    }
    for (const OptionSpec& option : command.spec.options) {
      EXPECT_TRUE(option.text.ends_with('.')) << command.spec.name << " --" << option.name;
    }
  }
}

TEST(Help, ExamplesNameFilesOfTheRepository) {
  for (const Command& command : all_commands()) {
    std::istringstream words(command.spec.example);
    for (std::string word; words >> word;) {
      if (!word.starts_with("workloads/") && !word.starts_with("configs/")) continue;
      EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(BROWNOUT_SOURCE_DIR) / word))
          << word;
    }
  }
}

TEST(Help, OptionsAreNamedOnce) {
  for (const Command& command : all_commands()) {
    std::vector<std::string> names;
    for (const OptionSpec& option : command.spec.options) names.push_back(option.name);
    std::sort(names.begin(), names.end());
    EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end()) << command.spec.name;
  }
}

}  // namespace
}  // namespace brownout::cli

// Checks of output paths that create nothing.
#include "sim/cli/output_file.hpp"

#include <gtest/gtest.h>

#include <string>

#include "memory/base/input_error.hpp"

namespace brownout::cli {
namespace {

std::string complaint(const std::filesystem::path& path) {
  try {
    check_output_file(path, "out");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(OutputFile, RefusesDirectoriesAndMissingParents) {
  const std::filesystem::path directory = testing::TempDir();
  EXPECT_EQ(complaint(directory / "new.csv"), "");
  EXPECT_FALSE(std::filesystem::exists(directory / "new.csv"));
  EXPECT_EQ(complaint("new.csv"), "");
  EXPECT_EQ(complaint("."), "--out: . is a directory, not a file");
  EXPECT_EQ(complaint("no/such/x.csv"), "--out: no such directory: no/such");
  EXPECT_EQ(complaint("new/"), "--out: new/ is a directory, not a file");
}

}  // namespace
}  // namespace brownout::cli

// Directories that appear whole or not at all.
#include "sim/cli/output_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "memory/base/input_error.hpp"
#include "memory/base/world_error.hpp"
#include "tests/memory/files/map_files.hpp"

namespace brownout::cli {
namespace {

using testing::HasSubstr;

std::string complaint(const std::filesystem::path& path) {
  try {
    check_output_directory(path, "out");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t entries(const std::filesystem::path& directory) {
  const std::filesystem::directory_iterator all(directory);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST(OutputDirectory, RefusesWhatExistsAndMissingParents) {
  const memory::TemporaryDirectory directory("output");
  const std::filesystem::path file = directory.write("file", "x");
  EXPECT_EQ(complaint(directory.path() / "new"), "");
  EXPECT_EQ(complaint(directory.path() / "new/"), "");
  EXPECT_THAT(complaint(directory.path()), HasSubstr("exists already; a new directory is wanted"));
  EXPECT_THAT(complaint(file), HasSubstr("--out: " + file.string() + " exists already"));
  EXPECT_EQ(complaint("no/such/dir"), "--out: no such directory: no/such");
  EXPECT_EQ(entries(directory.path()), 1);
}

TEST(OutputDirectory, HoldsTheFilesAndNothingElseIsLeft) {
  const memory::TemporaryDirectory directory("output");
  for (const char* name : {"a", "b/"}) {
    write_whole_directory(directory.path() / name, {{"1.txt", "one"}, {"2.txt", ""}});
    EXPECT_EQ(entries(directory.path() / name), 2);
    EXPECT_EQ(content(directory.path() / name / "1.txt"), "one");
    EXPECT_TRUE(std::filesystem::exists(directory.path() / name / "2.txt"));
  }
  EXPECT_EQ(entries(directory.path()), 2);
}

TEST(OutputDirectory, NothingIsLeftOfAFailure) {
  const memory::TemporaryDirectory directory("output");
  EXPECT_THROW(write_whole_directory(directory.path() / "a", {{"1", "x"}, {"no/such", "x"}}),
               WorldError);
  EXPECT_EQ(entries(directory.path()), 0);
}

}  // namespace
}  // namespace brownout::cli

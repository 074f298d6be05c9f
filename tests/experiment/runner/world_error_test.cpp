// A disk, a lock, a process table that fails: told as such, with what to do.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <iterator>

#include "memory/base/input_error.hpp"
#include "memory/base/world_error.hpp"
#include "memory/files/file_bytes.hpp"
#include "sim/experiment/runner/directory_lock.hpp"
#include "sim/experiment/runner/journal.hpp"
#include "sim/experiment/runner/whole_file.hpp"
#include "sim/experiment/runner/worker_pool.hpp"
#include "tests/memory/files/map_files.hpp"

namespace brownout::experiment {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string world_error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const WorldError& error) {
    return error.what();
  }
  return "";
}

TEST(WorldError, AFileThatCannotBeWrittenLeavesNothingBehind) {
  const memory::TemporaryDirectory directory("world");
  const std::filesystem::path file = directory.path() / "gone" / "f.csv";
  EXPECT_THAT(world_error_of([&] { write_whole_file(file, "x"); }),
              AllOf(HasSubstr(file.string()), HasSubstr("No such file or directory")));
  std::filesystem::create_directories(directory.path() / "taken" / "inside");
  EXPECT_NE(world_error_of([&] { write_whole_file(directory.path() / "taken", "x"); }), "");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

TEST(WorldError, AHeldJournalAndNotADamagedOne) {
  const memory::TemporaryDirectory directory("world");
  const std::filesystem::path path = directory.path() / "results.sqlite";
  Journal journal(path, std::chrono::milliseconds(20));
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
  const Journal::Key key{memory::Voltage::parse("0.5"), 0};
  EXPECT_THAT(world_error_of([&] {
                journal.add(key, {"point", "layers"});
              }),
              AllOf(HasSubstr(path.string()), HasSubstr("another program holds it")));
  EXPECT_THAT(world_error_of([&] { Journal(path, std::chrono::milliseconds(20)); }),
              HasSubstr("another program holds it"));
  sqlite3_close(other);
  journal.add(key, {"point", "layers"});
  EXPECT_EQ(journal.read().size(), 1U);

  const std::filesystem::path damaged = directory.write("damaged", std::string(4096, 'x'));
  EXPECT_THROW(Journal{damaged}, InputError);
  EXPECT_NE(world_error_of([&] { Journal(directory.path() / "gone" / "j"); }), "");
}

TEST(WorldError, ALockThatAnotherSweepHolds) {
  const memory::TemporaryDirectory directory("world");
  const DirectoryLock first(directory.path());
  EXPECT_THAT(world_error_of([&] { DirectoryLock second(directory.path()); }),
              HasSubstr("another sweep is running"));
  EXPECT_THAT(world_error_of([&] { DirectoryLock lost(directory.path() / "gone"); }),
              HasSubstr("No such file or directory"));
}

/// Lowers a limit of this process while it lives.
class Limit {
 public:
  Limit(__rlimit_resource resource, rlim_t value) : resource_(resource) {
    ::getrlimit(resource_, &before_);
    const rlimit lowered = {value, before_.rlim_max};
    ::setrlimit(resource_, &lowered);
  }
  ~Limit() { ::setrlimit(resource_, &before_); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

 private:
  __rlimit_resource resource_;
  rlimit before_ = {};
};

TEST(WorldError, NoFreeDescriptorForAFileThatIsThere) {
  const memory::TemporaryDirectory directory("world");
  const std::filesystem::path file = directory.write("f", "x");
  EXPECT_THROW(memory::read_file_bytes(directory.path() / "gone"), InputError);
  const Limit files(RLIMIT_NOFILE, 0);
  EXPECT_THAT(world_error_of([&] { memory::read_file_bytes(file); }),
              AllOf(HasSubstr(file.string()), HasSubstr("Too many open files")));
}

// Some workers are there already; none of them is left waiting.
TEST(WorldError, NoPipeForAFurtherWorker) {
  const Limit files(RLIMIT_NOFILE, 16);
  PoolHooks hooks;
  hooks.make_worker = [] { return [](std::size_t) { return std::string("done"); }; };
  hooks.on_result = [](std::size_t, const std::string&) {};
  const std::vector<std::size_t> tasks(40);
  EXPECT_THAT(world_error_of([&] { run_in_workers(tasks, 40, hooks); }),
              AllOf(HasSubstr("Too many open files"), HasSubstr("fewer --jobs")));
}

}  // namespace
}  // namespace brownout::experiment

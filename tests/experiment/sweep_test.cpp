// Sweeps of a shipped workload: the same bytes whatever jobs, batches and interruptions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "memory/base/input_error.hpp"
#include "memory/base/world_error.hpp"
#include "sim/experiment/results/point_columns.hpp"
#include "sim/experiment/runner/directory_lock.hpp"
#include "sim/experiment/runner/journal.hpp"
#include "sim/experiment/runner/manifest.hpp"
#include "sim/experiment/session/session.hpp"
#include "sim/experiment/sweep.hpp"
#include "tests/experiment/workload_session.hpp"

namespace brownout::experiment {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::filesystem::path fresh_directory(const std::string& name) {
  const auto path = std::filesystem::path(::testing::TempDir()) / ("brownout_" + name);
  std::filesystem::remove_all(path);
  return path;
}

class Sweep : public ::testing::Test {
 protected:
  static Session small(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"run.images=20", "sweep.voltages=1.0:0.8:0.1", "sweep.chips=3"});
    return session_of("mnist_cnn.yaml", more);
  }
};

TEST_F(Sweep, WritesTheSameBytesForAnyNumberOfJobsAndBatches) {
  const auto one = fresh_directory("jobs1");
  const auto two = fresh_directory("jobs2");
  run_sweep(small({"run.batch=1"}),
            {.out = one, .jobs = 1, .cosim = CosimPolicy::kOne, .progress = {}});
  run_sweep(small({"run.batch=64"}),
            {.out = two, .jobs = 2, .cosim = CosimPolicy::kOne, .progress = {}});
  for (const char* file : {"points.csv", "layers.csv", "manifest.json"}) {
    EXPECT_FALSE(read(one / file).empty());
    EXPECT_EQ(read(one / file), read(two / file)) << file;
  }
}

TEST_F(Sweep, StepsThroughTheVoltagesOfTheRailThatItIsTold) {
  const std::string profile = (kRoot / "configs" / "memories" / "sram_14nm.yaml").string();
  const auto out = fresh_directory("rail");
  Session session =
      small({"sweep.rail=activation_sram", "memory.activation_sram.profile=" + profile,
             "memory.accumulator.profile=" + profile, "operating_point.weight_sram=0.9"});
  const SweepOutcome outcome =
      run_sweep(session, {.out = out, .jobs = 2, .cosim = CosimPolicy::kOne, .progress = {}});
  ASSERT_EQ(outcome.points.size(), 9U);
  const std::string points = read(out / "points.csv");
  EXPECT_THAT(points, ::testing::HasSubstr(points_header({.memories = true}) + '\n'));
  // Without faults at the highest voltage but those of the weights at 0.9 Vmin, in every row.
  EXPECT_THAT(points, ::testing::HasSubstr(",activation_sram,0.9,"));
  EXPECT_EQ(outcome.points[0].ber, 0);
  EXPECT_GT(outcome.points[0].weights_changed, 0);
  EXPECT_EQ(outcome.points[0].weights_changed, outcome.points[6].weights_changed);
  EXPECT_GT(outcome.points[6].ber, 0.01);
  EXPECT_EQ(outcome.points[0].weight_sram_energy_rel, outcome.points[6].weight_sram_energy_rel);
}

TEST_F(Sweep, ResumesFromItsJournal) {
  const auto whole = fresh_directory("whole");
  const auto resumed = fresh_directory("resumed");
  const Session session = small();
  run_sweep(session, {.out = whole, .jobs = 2, .cosim = CosimPolicy::kNone, .progress = {}});
  // What a killed sweep leaves: the manifest and a journal with some of the points.
  std::filesystem::create_directories(resumed);
  std::filesystem::copy_file(whole / "manifest.json", resumed / "manifest.json");
  {
    const Journal finished(whole / "results.sqlite");
    Journal partial(resumed / "results.sqlite");
    int taken = 0;
    for (const auto& [key, rows] : finished.read()) {
      if (taken++ % 2 == 0) partial.add(key, rows);
    }
  }
  const SweepOutcome outcome =
      run_sweep(session, {.out = resumed, .jobs = 1, .cosim = CosimPolicy::kNone, .progress = {}});
  EXPECT_EQ(outcome.resumed, 5U);
  EXPECT_EQ(outcome.points.size(), 9U);
  EXPECT_EQ(read(whole / "points.csv"), read(resumed / "points.csv"));
  EXPECT_EQ(read(whole / "layers.csv"), read(resumed / "layers.csv"));
}

TEST_F(Sweep, RefusesADirectoryOfAnotherSweepAndNamesTheDifference) {
  const auto out = fresh_directory("other");
  run_sweep(small(), {.out = out, .jobs = 1, .cosim = CosimPolicy::kNone, .progress = {}});
  try {
    run_sweep(small({"memory.chip.seed=5"}),
              {.out = out, .jobs = 1, .cosim = CosimPolicy::kNone, .progress = {}});
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("memory.chip.seed"));
  }
}

TEST_F(Sweep, RefusesADirectoryInWhichAnotherSweepRuns) {
  const auto out = fresh_directory("locked");
  std::filesystem::create_directories(out);
  const DirectoryLock other(out);
  try {
    run_sweep(small(), {.out = out, .jobs = 1, .cosim = CosimPolicy::kNone, .progress = {}});
    FAIL() << "accepted";
  } catch (const WorldError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("another sweep is running"));
  }
}

TEST_F(Sweep, WaitsForAReaderOfItsJournal) {
  const auto out = fresh_directory("reader");
  run_sweep(small(), {.out = out, .jobs = 1, .cosim = CosimPolicy::kNone, .progress = {}});
  Journal journal(out / "results.sqlite");
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open((out / "results.sqlite").c_str(), &reader), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(reader, "BEGIN; SELECT * FROM points", nullptr, nullptr, nullptr),
            SQLITE_OK);  // a shared lock
  std::thread release([reader] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    sqlite3_exec(reader, "COMMIT", nullptr, nullptr, nullptr);
  });
  EXPECT_NO_THROW(journal.add({memory::Voltage::parse("0.5"), 0}, {"point", "layers"}));
  release.join();
  sqlite3_close(reader);
  EXPECT_EQ(journal.read().size(), 10U);
}

TEST(Journal, KeepsThePartsOfAPointApart) {
  const auto path = fresh_directory("parts.sqlite");
  Journal journal(path);
  const memory::Voltage voltage = memory::Voltage::parse("0.8");
  journal.add({voltage, 3}, {"whole", "w"});
  journal.add({voltage, 3, "bit 7"}, {"part", "p"});
  const auto rows = journal.read();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows.at({voltage, 3}).point, "whole");
  EXPECT_EQ(rows.at({voltage, 3, "bit 7"}).point, "part");
  EXPECT_THROW(journal.add({voltage, 3, "bit 7"}, {"again", ""}), std::logic_error);
}

TEST_F(Sweep, AManifestDoesNotTellWhereTheInputsLie) {
  const Session session = small();
  EXPECT_EQ(manifest_json(session.plan(), CosimPolicy::kOne).find(kRoot.string()),
            std::string::npos);
}

TEST_F(Sweep, CreatesNothingWhenAVoltageIsOutsideTheProfile) {
  const auto out = fresh_directory("nothing");
  Session session = session_of("mnist_cnn.yaml", {"run.images=2", "sweep.voltages=1.0:0.5:0.1"});
  EXPECT_THROW(
      run_sweep(session, {.out = out, .jobs = 1, .cosim = CosimPolicy::kNone, .progress = {}}),
      InputError);
  EXPECT_FALSE(std::filesystem::exists(out));
}

}  // namespace
}  // namespace brownout::experiment

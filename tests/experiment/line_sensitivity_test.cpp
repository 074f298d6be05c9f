// Lines of the weight SRAM on a shipped workload: what a point with a line alone or repaired gives,
// against maps that have these cells only.
#include "sim/experiment/line_sensitivity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "memory/files/fault_map_csv.hpp"
#include "memory/maps/sparse_fault_map.hpp"

namespace brownout::experiment {
namespace {

using memory::LineFaults;
using memory::LineKind;

const std::filesystem::path kRoot = BROWNOUT_SOURCE_DIR;

Session session_of(std::vector<std::string> more = {}) {
  config::Overrides overrides;
  overrides.set = {"run.images=50", "operating_point.weight_sram=0.8", "sweep.chips=2"};
  overrides.set.insert(overrides.set.end(), more.begin(), more.end());
  return Session(config::load_workload(kRoot / "workloads/mnist_cnn.yaml", overrides));
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

LineSensitivityOptions options_of(const std::string& name, LineKind kind, int jobs = 2) {
  const auto out = std::filesystem::path(::testing::TempDir()) / ("brownout_lines_" + name);
  std::filesystem::remove_all(out);
  return {.kind = kind,
          .lines = 3,
          .cosim = CosimPolicy::kNone,
          .runner = {.out = out, .jobs = jobs, .progress = {}}};
}

/// A chip whose map has some of the faults of chip 0 only.
PointResult run_with_map(const LineFaults& those) {
  const Session drawn = session_of();
  const Chip chip(drawn.plan(), 0);
  const memory::Voltage voltage = operating_point(drawn.plan().config, 0).voltage;
  std::vector<memory::Fault> faults;
  chip.weight_sram().faults_at(voltage).certain.for_each(
      [&](const memory::CellAddress& cell, memory::FaultKind kind) {
        if (those.may_fail(cell)) faults.push_back({.cell = cell, .vfail = voltage, .kind = kind});
      });
  const auto path = std::filesystem::path(::testing::TempDir()) / "brownout_lines_map.csv";
  memory::FaultMapHeader header;
  header.geometry = chip.weight_sram().geometry();
  header.unit = "Vmin";
  header.source = "test";
  std::ofstream out(path);
  memory::write_fault_map_csv(out, {header, faults});
  out.close();
  Session measured = session_of({"memory.chip={map: " + path.string() + "}", "sweep.chips=1"});
  return measured.run(operating_point(measured.plan().config, 0));
}

TEST(LineSensitivity, AloneAndRepairedAreChipsWhoseMapsHaveTheseFaultsOnly) {
  Session session = session_of();
  const Point all = operating_point(session.plan().config, 0);
  const auto lines =
      damaged_lines(session.plan(), Chip(session.plan(), 0), all, LineKind::kBitline);
  ASSERT_FALSE(lines.empty());
  for (const auto which : {LineFaults::Which::kAlone, LineFaults::Which::kRepaired}) {
    Point point = all;
    point.line = LineFaults{lines.front().line, which};
    point.cosim_images = 2;  // the machine reads the same cells
    const PointResult with_line = session.run(point);
    const PointResult with_map = run_with_map(*point.line);
    EXPECT_EQ(with_line.outputs.logits, with_map.outputs.logits);
    EXPECT_EQ(with_line.ber(), with_map.ber());
    EXPECT_EQ(with_line.weights_changed, with_map.weights_changed);
    EXPECT_GT(with_line.weights_changed, 0);
  }
}

TEST(LineSensitivity, LinesShareTheErrorAndFallInIt) {
  const Session session = session_of();
  const Chip chip(session.plan(), 1);
  const Point point = operating_point(session.plan().config, 1);
  std::uint64_t faults = 0;
  for (const LineKind kind : {LineKind::kBank, LineKind::kRow, LineKind::kBitline}) {
    const auto lines = damaged_lines(session.plan(), chip, point, kind);
    double share = 0;
    std::uint64_t of_kind = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      share += lines[i].error_share;
      of_kind += lines[i].faults;
      if (kind == LineKind::kBank) {
        EXPECT_EQ(lines[i].line.bank, i);
      } else if (i > 0) {
        EXPECT_LE(lines[i].error, lines[i - 1].error);
      }
    }
    EXPECT_NEAR(share, 1, 1e-9);
    if (faults == 0) faults = of_kind;
    EXPECT_EQ(of_kind, faults);  // every fault stands on one line of each kind
  }
}

TEST(LineSensitivity, OfBanksGoesBankByBankAndSumsUpItsRows) {
  const LineSensitivityOptions options = options_of("banks", LineKind::kBank);
  const Session session = session_of();
  const LineSensitivityOutcome outcome = run_line_sensitivity(session, options);
  const std::size_t banks = Chip(session.plan(), 0).weight_sram().geometry().banks;
  ASSERT_EQ(outcome.lines.size(), banks);
  EXPECT_EQ(outcome.points, 2 * (2 + 2 * banks));
  EXPECT_GT(outcome.drop_of_all.mean, 0);
  for (const LineSummary& bank : outcome.lines) {
    ASSERT_EQ(bank.chips.size(), 2U);
    double regained = 0, alone = 0;
    for (const LineRow& row : bank.chips) {
      regained += row.score(row.repaired) - row.score(row.all);
      alone += row.score(row.clean) - row.score(row.alone);
      // Banks fail apart: the cells of one, and those of all others.
      EXPECT_NEAR(row.alone.ber + row.repaired.ber, row.all.ber, 1e-15);
    }
    EXPECT_NEAR(bank.regained.mean, regained / 2, 1e-12);
    EXPECT_NEAR(bank.drop_alone.mean, alone / 2, 1e-12);
  }
}

TEST(LineSensitivity, WritesTheSameBytesForAnyNumberOfJobsAndAfterAResume) {
  LineSensitivityOptions one = options_of("jobs1", LineKind::kRow, 1);
  LineSensitivityOptions two = options_of("jobs2", LineKind::kRow, 2);
  one.cosim = two.cosim = CosimPolicy::kOne;
  run_line_sensitivity(session_of(), one);
  run_line_sensitivity(session_of(), two);
  for (const char* file : {"lines.csv", "manifest.json"}) {
    EXPECT_FALSE(read(one.runner.out / file).empty());
    EXPECT_EQ(read(one.runner.out / file), read(two.runner.out / file)) << file;
  }
  const std::string csv = read(one.runner.out / "lines.csv");
  std::filesystem::remove(one.runner.out / "lines.csv");
  EXPECT_EQ(run_line_sensitivity(session_of(), one).resumed, 16U);
  EXPECT_EQ(read(one.runner.out / "lines.csv"), csv);
}

TEST(LineSensitivity, HasNoLinesWhereNoFaultReachesAWeight) {
  const Session session = session_of({"operating_point.weight_sram=1"});
  const auto outcome = run_line_sensitivity(session, options_of("none", LineKind::kBitline));
  EXPECT_TRUE(outcome.lines.empty());
  EXPECT_EQ(outcome.drop_of_all.mean, 0);
}

}  // namespace
}  // namespace brownout::experiment

// Sensitivity on a shipped workload: its parts are what a run with memory.faults gives, and its
// files do not depend on how they came about.
#include "sim/experiment/sensitivity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "memory/base/input_error.hpp"
#include "sim/experiment/session/session.hpp"

namespace brownout::experiment {
namespace {

const std::filesystem::path kRoot = BROWNOUT_SOURCE_DIR;

Session session_of(std::vector<std::string> more = {}) {
  config::Overrides overrides;
  overrides.set = {"run.images=50", "operating_point.weight_sram=0.8", "sweep.chips=3"};
  overrides.set.insert(overrides.set.end(), more.begin(), more.end());
  return Session(config::load_workload(kRoot / "workloads/mnist_cnn.yaml", overrides));
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

SensitivityOptions options_of(const std::string& name, const std::string& dimensions,
                              int jobs = 2) {
  const auto out = std::filesystem::path(::testing::TempDir()) / ("brownout_sensitivity_" + name);
  std::filesystem::remove_all(out);
  return {.dimensions = parse_dimensions(dimensions),
          .cosim = CosimPolicy::kNone,
          .runner = {.out = out, .jobs = jobs, .progress = {}}};
}

TEST(Sensitivity, WritesTheSameBytesForAnyNumberOfJobs) {
  SensitivityOptions one = options_of("jobs1", "bit", 1);
  SensitivityOptions two = options_of("jobs2", "bit", 2);
  one.cosim = two.cosim = CosimPolicy::kOne;
  run_sensitivity(session_of({"run.batch=1"}), one);
  run_sensitivity(session_of({"run.batch=64"}), two);
  for (const char* file : {"sensitivity.csv", "manifest.json"}) {
    EXPECT_FALSE(read(one.runner.out / file).empty());
    EXPECT_EQ(read(one.runner.out / file), read(two.runner.out / file)) << file;
  }
}

TEST(Sensitivity, ResumesFromItsJournal) {
  const SensitivityOptions options = options_of("resume", "polarity");
  run_sensitivity(session_of(), options);
  const std::string csv = read(options.runner.out / "sensitivity.csv");
  std::filesystem::remove(options.runner.out / "sensitivity.csv");
  const SensitivityOutcome again = run_sensitivity(session_of(), options);
  EXPECT_EQ(again.points, 12U);  // none, all, 0to1, 1to0, on 3 chips
  EXPECT_EQ(again.resumed, 12U);
  EXPECT_EQ(read(options.runner.out / "sensitivity.csv"), csv);
}

TEST(Sensitivity, APartIsWhatARunWithTheseFaultsGives) {
  const SensitivityOptions options = options_of("parts", "layer,bit");
  const SensitivityOutcome outcome =
      run_sensitivity(session_of({"memory.faults={layers: [conv2, fc3], bits: 6:7}"}), options);
  ASSERT_EQ(outcome.parts.size(), 6U);
  const PartSummary& part = outcome.parts[3];
  EXPECT_EQ(part.part.name(), "layer conv2, bit 7");
  Session session = session_of({"memory.faults={layers: conv2, bits: 7}"});
  double top1 = 0;
  double changed = 0;
  for (std::uint64_t chip = 0; chip < 3; ++chip) {
    const PointResult point = session.run({.voltage = session.plan().config.operating_point.voltage(
                                               hardware::OnChipMemory::kWeightSram),
                                           .chip = chip,
                                           .cosim_images = 1});
    top1 += point.score[Metric::kTop1]->value;
    changed += point.weights_changed;
  }
  EXPECT_EQ(part.score.mean, top1 / 3);
  EXPECT_EQ(part.weights_changed, changed / 3);
  EXPECT_GT(part.weights_changed, 0);
}

TEST(Sensitivity, RelatesPartsToTheCleanAccuracyAndTheWholeNetwork) {
  const SensitivityOutcome outcome = run_sensitivity(
      session_of({"memory.faults.layers=[conv1, fc1]"}), options_of("sums", "layer"));
  ASSERT_EQ(outcome.parts.size(), 4U);
  const PartSummary& none = outcome.parts[0];
  const PartSummary& all = outcome.parts[1];
  EXPECT_EQ(none.weights_changed, 0);
  EXPECT_EQ(none.drop.mean, 0);
  EXPECT_GT(none.score.mean, 0.97);
  EXPECT_LT(all.weights_share, 0.9);  // without the other layers
  EXPECT_NEAR(all.weights_share, outcome.parts[2].weights_share + outcome.parts[3].weights_share,
              1e-12);
  EXPECT_NEAR(all.effective_ber, outcome.parts[2].effective_ber + outcome.parts[3].effective_ber,
              1e-12);
  for (const PartSummary& part : outcome.parts) {
    EXPECT_NEAR(part.drop.mean, none.score.mean - part.score.mean, 1e-12);
    EXPECT_EQ(part.weights_share, part.weight_bits_share);  // 8 bits everywhere
    EXPECT_LE(part.score.min, part.score.mean);
    EXPECT_GE(part.score.max, part.score.mean);
    EXPECT_EQ(part.chips, 3U);
  }
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
  return fields;
}

TEST(Sensitivity, DropsSpreadOverTheChipsOfTheFile) {
  const SensitivityOptions options = options_of("spread", "polarity");
  const SensitivityOutcome outcome = run_sensitivity(session_of(), options);
  std::ifstream csv(options.runner.out / "sensitivity.csv");
  std::string line;
  std::getline(csv, line);
  const std::vector<std::string> names = split(line);
  const auto top1 =
      static_cast<std::size_t>(std::find(names.begin(), names.end(), "top1") - names.begin());
  ASSERT_EQ(names.at(top1 + 1), "top1_clean");
  std::vector<double> drops;  // of the part 1to0
  while (std::getline(csv, line)) {
    if (!line.starts_with("all,all,1to0,")) continue;
    const std::vector<std::string> fields = split(line);
    drops.push_back(std::stod(fields.at(top1 + 1)) - std::stod(fields.at(top1)));
  }
  ASSERT_EQ(drops.size(), 3U);
  const double mean = (drops[0] + drops[1] + drops[2]) / 3;
  double squares = 0;
  for (const double drop : drops) squares += (drop - mean) * (drop - mean);
  EXPECT_NEAR(outcome.parts.back().drop.mean, mean, 1e-12);
  EXPECT_NEAR(outcome.parts.back().drop.std_dev.value(), std::sqrt(squares / 2), 1e-12);
  EXPECT_GT(mean, 0);
}

TEST(Sensitivity, RefusesADirectoryOfAnotherSplit) {
  SensitivityOptions options = options_of("other", "polarity");
  run_sensitivity(session_of({"sweep.chips=1"}), options);
  options.dimensions = parse_dimensions("bit");
  EXPECT_THAT([&] { run_sensitivity(session_of({"sweep.chips=1"}), options); },
              ::testing::ThrowsMessage<InputError>(::testing::HasSubstr(
                  "another sweep (different: sensitivity); choose another --out")));
}

}  // namespace
}  // namespace brownout::experiment

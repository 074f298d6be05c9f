// Chips judged image by image, against whole points of the same chips.
#include "sim/experiment/vmin/judge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

namespace brownout::experiment {
namespace {

Session session_of(const std::string& workload, std::vector<std::string> set) {
  const std::filesystem::path root = BROWNOUT_SOURCE_DIR;
  config::Overrides overrides;
  overrides.set = std::move(set);
  return Session(config::load_workload(root / "workloads" / workload, overrides));
}

Point point(const char* voltage, std::uint64_t chip) {
  return {.voltage = memory::Voltage::parse(voltage), .chip = chip};
}

TEST(Judge, TheRandomOrderHasEveryImageOnceAndGoesBySeed) {
  std::vector<std::int64_t> order = random_order(1000, 1), sorted(1000);
  EXPECT_NE(order, random_order(1000, 2));
  EXPECT_EQ(order, random_order(1000, 1));
  std::iota(sorted.begin(), sorted.end(), 0);
  EXPECT_NE(order, sorted);
  std::sort(order.begin(), order.end());
  EXPECT_EQ(order, sorted);
}

// Else a sorted data set would show one class first.
TEST(Judge, TheFirstHalfOfTheOrderIsSpreadOverTheImages) {
  const std::vector<std::int64_t> order = random_order(10'000, 0);
  const auto low = std::count_if(order.begin(), order.begin() + 5000,
                                 [](std::int64_t image) { return image < 5000; });
  EXPECT_NEAR(static_cast<double>(low), 2500, 4 * 25);  // hypergeometric: 25 is one deviation
}

TEST(Judge, AChipMayLoseImagesWhileItsScorePasses) {
  for (const std::int64_t images : {1, 7, 200, 1000}) {
    for (const std::int64_t right : {std::int64_t{0}, images / 2, images}) {
      for (const double minimum : {0.0, 0.29, 0.5, 0.971, 1.0}) {
        const PassMark mark{.reference = 1, .minimum = minimum};
        const std::int64_t most = most_lost(mark, right, images);
        const auto score = [&](std::int64_t lost) {
          return static_cast<double>(right - lost) / static_cast<double>(images);
        };
        EXPECT_TRUE(passes(score(most), minimum));
        EXPECT_FALSE(passes(score(most + 1), minimum));
      }
    }
  }
}

// The second has cells that fail in some inferences only: every image has its own weights.
TEST(Judge, WithoutAnErrorItLosesTheImagesThatTheWholePointLoses) {
  const std::string some = "memory.chip={generator: gaussian_vmin, mu: 0.7056, sigma: 0.0552";
  for (const std::string& chip : {some + "}", some + ", sigma_read: 0.004}"}) {
    Session session = session_of("mnist_cnn.yaml", {chip, "run.images=60"});
    for (const char* voltage : {"0.9", "0.8", "0.78"}) {
      const PointResult whole = session.run(point(voltage, 1));
      // Of images that all have to be seen: none decides before the last.
      Judge judge(session, {.max_drop = 0});
      const double drop = judge.drop_on(point(voltage, 1), 60);
      EXPECT_DOUBLE_EQ(drop, static_cast<double>(whole.paired->lost - whole.paired->gained) / 60);
      const Judgement judged = judge.judge(point(voltage, 1), 0);
      EXPECT_EQ(judged.pass, whole.paired->lost <= whole.paired->gained);
      EXPECT_LE(judged.paired->lost, whole.paired->lost);
      EXPECT_EQ(judged.chip, 1u);
      EXPECT_EQ(judged.unit, "Vmin");
    }
  }
}

TEST(Judge, AReconstructionIsJudgedOnAllImages) {
  Session session = session_of("mnist_autoencoder.yaml", {"run.images=300"});
  const PointResult whole = session.run(point("0.85", 0));
  const double drop = whole.reference - whole.score[Metric::kAuc]->value;
  for (const double allowed : {0.5, 20.0}) {
    Judge judge(session, {.max_drop = allowed});
    const Judgement judged = judge.judge(point("0.85", 0), 0.01);
    EXPECT_EQ(judged.pass, drop <= allowed / 100);
    EXPECT_DOUBLE_EQ(judged.drop, drop);
    EXPECT_EQ(judged.images, 300);
    EXPECT_EQ(judged.by, SettledBy::kAllImages);
    EXPECT_FALSE(judged.paired);
  }
}

}  // namespace
}  // namespace brownout::experiment

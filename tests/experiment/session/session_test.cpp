// A session answers for a point alone: whatever ran before, and whoever else runs beside it.
#include "sim/experiment/session/session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "memory/intermittent_cells.hpp"
#include "sim/experiment/results/layer_columns.hpp"
#include "sim/experiment/results/point_columns.hpp"
#include "sim/storage/weight_readback.hpp"

namespace brownout::experiment {
namespace {

const std::filesystem::path kRoot = BROWNOUT_SOURCE_DIR;

config::WorkloadConfig config_of(const std::string& workload, std::vector<std::string> set) {
  config::Overrides overrides;
  overrides.set = std::move(set);
  overrides.set.emplace_back("run.images=4");
  return config::load_workload(kRoot / "workloads" / workload, overrides);
}

/// All three memories fail; the weight SRAM's cells do so in some inferences only.
config::WorkloadConfig faulty_config() {
  const std::string profile = (kRoot / "configs" / "memories" / "sram_14nm.yaml").string();
  return config_of("mnist_cnn.yaml",
                   {"memory.chip={generator: gaussian_vmin, mu: 0.7056, sigma: 0.0552, "
                    "sigma_read: 0.004}",
                    "memory.activation_sram.profile=" + profile,
                    "memory.accumulator.profile=" + profile, "operating_point.weight_sram=1"});
}

memory::Voltage volts(const char* text) { return memory::Voltage::parse(text); }

/// Everything that a point yields, as text.
std::string text_of(const PointResult& result) {
  std::string text = point_row(result) + layer_rows(result);
  for (const std::uint8_t code : result.outputs.logits) text += std::to_string(code) + " ";
  return text;
}

std::string text_of_alone(const config::WorkloadConfig& config, const Point& point) {
  return text_of(Session(config).run(point));
}

/// One for each state that an engine may be left in.
std::vector<Point> different_points() {
  storage::FaultFilter top_bit;
  top_bit.bits = 0x80;
  return {{.voltage = volts("1")},
          {.voltage = volts("0.8"), .chip = 1},
          {.voltage = volts("0.8"), .chip = 1, .cosim_images = 2, .faults = top_bit},
          {.voltage = volts("0.85"), .supply = "activation_sram"},
          {.voltage = volts("0.88"), .chip = 2, .supply = "accumulator"}};
}

TEST(Session, AnyOrderOfPointsGivesEqualResults) {
  const config::WorkloadConfig config = faulty_config();
  const std::vector<Point> points = different_points();
  std::vector<std::string> alone;
  for (const Point& point : points) alone.push_back(text_of_alone(config, point));
  EXPECT_EQ(std::set<std::string>(alone.begin(), alone.end()).size(), points.size());

  Session session(config);
  std::vector<std::size_t> order = {0, 1, 2, 3, 4};
  // After every other point, and after itself: 0 1 2 3 4 4 3 2 1 0 0 2 4 1 3 3 0 ...
  for (const std::size_t step : {1U, 4U, 2U, 3U}) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      const std::size_t which = order[(i * step) % points.size()];
      EXPECT_EQ(text_of(session.run(points[which])), alone[which]) << "point " << which;
    }
    std::reverse(order.begin(), order.end());
  }
}

TEST(Session, AnotherOfTheSamePlanAndImagesIsItsOwn) {
  const config::WorkloadConfig config = faulty_config();
  const std::vector<Point> points = different_points();
  Session first(config);
  Session second = first.another();
  EXPECT_EQ(&second.plan(), &first.plan());
  const std::string clean = text_of(first.run(points[0]));
  const std::string faulty = text_of(second.run(points[1]));
  EXPECT_NE(clean, faulty);
  EXPECT_EQ(text_of(first.run(points[0])), clean);
  EXPECT_EQ(text_of(second.run(points[0])), clean);
  EXPECT_EQ(text_of(first.run(points[1])), faulty);
}

TEST(Session, TwoWorkloadsInOneProcessDoNotDisturbEachOther) {
  const config::WorkloadConfig one = faulty_config();
  const config::WorkloadConfig other =
      config_of("mnist_autoencoder.yaml", {"memory.encoding=gray"});
  const Point low{.voltage = volts("0.8")}, high{.voltage = volts("0.9"), .chip = 3};
  const std::string one_alone = text_of_alone(one, low);
  const std::string other_alone = text_of_alone(other, high);
  Session first(one), second(other);
  for (int turn = 0; turn < 2; ++turn) {
    EXPECT_EQ(text_of(first.run(low)), one_alone);
    EXPECT_EQ(text_of(second.run(high)), other_alone);
  }
}

TEST(Session, TellsOfItsImagesWithAndWithoutFaults) {
  for (const config::WorkloadConfig& config :
       {config_of("mnist_cnn.yaml", {"run.batch=3"}), faulty_config()}) {
    Session session(config);
    std::int64_t seen = 0;
    session.watch([&](std::int64_t images) { seen += images; });
    session.run({.voltage = volts("0.8"), .cosim_images = 1});
    EXPECT_EQ(seen, 2 * 4);
  }
}

TEST(Session, WeightsAreReadWithoutAnyImage) {
  config::WorkloadConfig config = faulty_config();
  config.dataset.images = config.dataset.labels = "/nowhere";
  const Plan plan = make_plan(config);
  EXPECT_THROW(load_images(plan), std::runtime_error);
  const Point point{.voltage = volts("0.8"), .chip = 1};
  const memory::CellFaults faults = make_chip(plan, 1)->faults_at(volts("0.8"));
  for (const std::uint64_t inference : {0U, 7U}) {
    const ReadWeights read = read_weights(plan, point, inference);
    const auto cells = memory::masks_of_inference(faults, memory::inference_seed(0, 1), inference);
    const storage::WeightReadback expected =
        storage::read_back(plan.stored_weights(), plan.word_path({}), cells);
    EXPECT_EQ(read.readback.weights, expected.weights);
    EXPECT_EQ(read.readback.effective_ber(), expected.effective_ber());
    EXPECT_EQ(read.intermittent_cells, faults.intermittent.size());
    EXPECT_GT(read.intermittent_cells, 0U);
  }
}

}  // namespace
}  // namespace brownout::experiment

// Sweeps with axes of a shipped workload: each is the sweep that it would be alone.
#include "sim/experiment/axes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "memory/base/input_error.hpp"
#include "tests/experiment/workload_session.hpp"

namespace brownout::experiment {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::filesystem::path fresh_directory(const std::string& name) {
  const auto path = std::filesystem::path(::testing::TempDir()) / ("brownout_axes_" + name);
  std::filesystem::remove_all(path);
  return path;
}

Variant variant(std::vector<config::Setting> settings) {
  config::Overrides overrides;
  overrides.set = {"run.images=10", "sweep.voltages=0.9,0.8", "sweep.chips=2"};
  overrides.axes = settings;
  return {std::move(settings),
          config::load_workload(kRoot / "workloads" / "mnist_cnn.yaml", overrides)};
}

TEST(AxisDirectories, AreReadableAndNoTwoAreTheSame) {
  using Settings = std::vector<config::Setting>;
  const std::vector<Settings> combinations = {
      Settings{{"memory.encoding", "gray"}, {"accelerator", "../a/edge.yaml"}},
      Settings{{"memory.mitigations", "{secded: {on_uncorrectable: zero}, faq}"}},
      Settings{{"memory.mitigations", "[]"}},
      Settings{{"memory.chip", "{map: 'x y/die 1.csv'}"}},
      Settings{{"workload.network", "a/net.onnx"}},
      Settings{{"workload.network", "b/net.onnx"}}};
  EXPECT_THAT(directory_names(combinations),
              ElementsAre("memory.encoding=gray,accelerator=edge.yaml",
                          "memory.mitigations=secded_on_uncorrectable_zero_faq",
                          "memory.mitigations=none", "memory.chip=map_x_die_1.csv",
                          "workload.network=net.onnx", "workload.network=net.onnx~6"));
  const std::string longer(300, 'v');
  const std::vector<Settings> both = {Settings{{"k", longer + "1"}}, Settings{{"k", longer + "2"}}};
  const std::vector<std::string> names = directory_names(both);
  EXPECT_LE(names[1].size(), 255U);
  EXPECT_NE(names[0], names[1]);
}

TEST(Axes, EveryVariantIsTheSweepThatItWouldBeAlone) {
  const auto out = fresh_directory("alone");
  const std::vector<Variant> variants = {variant({{"memory.encoding", "twos_complement"}}),
                                         variant({{"memory.encoding", "gray"}})};
  const std::vector<std::string> names =
      directory_names({variants[0].settings, variants[1].settings});
  std::vector<std::string> finished;
  std::size_t last = 0;
  const AxesOutcome outcome = run_axes(
      variants,
      {.out = out,
       .jobs = 2,
       .cosim = CosimPolicy::kOne,
       .progress =
           [&](std::size_t done, std::size_t total) {
             EXPECT_EQ(total, 8U);
             EXPECT_GE(done, last);
             last = done;
           },
       .finished = [&](const Variant& done, const Session&,
                       const SweepOutcome&) { finished.push_back(done.settings.front().value); }});
  EXPECT_EQ(outcome.points, 8U);
  EXPECT_EQ(outcome.resumed, 0U);
  EXPECT_EQ(last, 8U);
  EXPECT_THAT(finished, ElementsAre("twos_complement", "gray"));
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const auto alone = fresh_directory("single");
    run_sweep(Session(variants[i].config),
              {.out = alone, .jobs = 1, .cosim = CosimPolicy::kOne, .progress = {}});
    for (const char* file : {"points.csv", "layers.csv", "dies.csv", "manifest.json"}) {
      EXPECT_FALSE(read(alone / file).empty());
      EXPECT_EQ(read(out / names[i] / file), read(alone / file)) << file;
    }
  }
  EXPECT_EQ(run_axes(variants, {.out = out, .jobs = 1}).resumed, 8U);
  EXPECT_THAT(read(out / "axes.json"), HasSubstr("\"directory\": \"memory.encoding=gray\""));
}

TEST(Axes, TwoValuesOfOneSweepAreRefusedBeforeAnythingIsCreated) {
  const auto out = fresh_directory("same");
  try {
    run_axes({variant({{"memory.encoding", "gray"}, {"run.batch", "1"}}),
              variant({{"memory.encoding", "gray"}, {"run.batch", "64"}})},
             {.out = out});
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--axis run.batch: \"1\" and \"64\" are the same sweep"));
  }
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST(Axes, ALaterVariantThatCannotRunIsRefusedBeforeAnythingIsCreated) {
  const auto out = fresh_directory("nothing");
  EXPECT_THROW(run_axes({variant({{"sweep.voltages", "0.9"}}), variant({{"run.images", "1001"}})},
                        {.out = out}),
               InputError);
  EXPECT_THROW(
      run_axes({variant({{"sweep.voltages", "0.9"}}), variant({{"sweep.voltages", "0.5"}})},
               {.out = out}),
      InputError);
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST(Axes, ADirectoryOfOtherAxesOrOfASweepIsRefused) {
  const auto out = fresh_directory("other");
  run_axes({variant({{"run.seed", "1"}})}, {.out = out});
  const std::string before = read(out / "axes.json");
  try {
    run_axes({variant({{"run.seed", "2"}})}, {.out = out});
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("other axes; choose another --out"));
  }
  EXPECT_THROW(run_axes({variant({{"run.seed", "1"}})}, {.out = out / "run.seed=1"}), InputError);
  EXPECT_THROW(
      run_sweep(Session(variant({{"run.seed", "1"}}).config), {.out = out, .progress = {}}),
      InputError);
  EXPECT_EQ(read(out / "axes.json"), before);
}

}  // namespace
}  // namespace brownout::experiment

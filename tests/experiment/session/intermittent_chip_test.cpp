// Chips with intermittent cells through the whole flow: every image has weights of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "memory/base/input_error.hpp"
#include "memory/files/fault_map_csv.hpp"
#include "memory/intermittent_cells.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "sim/experiment/results/layer_columns.hpp"
#include "sim/experiment/results/point_columns.hpp"
#include "sim/experiment/runner/journal.hpp"
#include "sim/experiment/session/session.hpp"
#include "sim/experiment/sweep.hpp"
#include "sim/storage/accumulator_readback.hpp"
#include "sim/storage/activation_readback.hpp"

namespace brownout::experiment {
namespace {

const std::filesystem::path kRoot = BROWNOUT_SOURCE_DIR;
const memory::Voltage kVoltage = memory::Voltage::parse("0.8");

std::filesystem::path temporary(const std::string& name) {
  return std::filesystem::path(::testing::TempDir()) / ("brownout_intermittent_" + name);
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// A map: one cell in `spacing` fails at kVoltage, half of them intermittently.
std::filesystem::path write_map(const memory::SramGeometry& geometry, const std::string& name,
                                std::uint64_t spacing = 60) {
  std::vector<memory::Fault> faults;
  for (std::uint32_t bank = 0; bank < geometry.banks; ++bank) {
    for (std::uint32_t row = 0; row < geometry.rows; ++row) {
      for (std::uint32_t column = 0; column < geometry.columns; ++column) {
        const std::uint64_t hash = memory::keyed_hash(8, bank, row, column);
        if (hash % spacing != 0) continue;
        const auto kind = static_cast<memory::FaultKind>(hash / spacing % 3);
        const double p = hash / (3 * spacing) % 2 == 0 ? 1.0 : 0.3;
        faults.push_back({{bank, row, column}, memory::Voltage::parse("0.85"), kind, p});
      }
    }
  }
  const auto path = temporary(name + ".csv");
  std::ofstream out(path);
  memory::write_fault_map_csv(out, {{geometry, "Vmin", {}, "test"}, std::move(faults)});
  return path;
}

Session session_of(const std::string& name, std::vector<std::string> set) {
  const auto load = [&] {
    config::Overrides overrides;
    overrides.set = set;
    return Session(config::load_workload(kRoot / "workloads" / "mnist_cnn.yaml", overrides));
  };
  const auto geometry = load().plan().program.spec.weight_sram.organisation().geometry();
  set.push_back("memory.chip={map: " + write_map(geometry, name).string() + "}");
  return load();
}

struct Variant {
  std::string encoding;
  std::string placement;
};
void PrintTo(const Variant& variant, std::ostream* out) {
  *out << variant.encoding << "_" << variant.placement;
}

class IntermittentExecutors : public ::testing::TestWithParam<Variant> {};

// Machine = engine on several images; both draw the cells in their own way.
TEST_P(IntermittentExecutors, AgreeOnSeveralImages) {
  const bool streams = GetParam().placement == "streaming";
  Session session =
      session_of(GetParam().encoding + GetParam().placement,
                 {"run.images=6", "memory.encoding=" + GetParam().encoding,
                  "accelerator.placement=" + GetParam().placement,
                  std::string("accelerator.weight_sram.capacity_kib=") + (streams ? "16" : "128")});
  const PointResult point = session.run({kVoltage, 0, 4});
  EXPECT_EQ(point.cosim_images, 4);
  EXPECT_GT(point.intermittent_cells, 1000u);
  EXPECT_GT(point.weights_changed, 0.01);
}

std::vector<Variant> variants() {
  std::vector<Variant> all;
  for (const char* encoding : {"twos_complement", "offset_binary", "sign_magnitude", "gray"}) {
    for (const char* placement : {"resident", "streaming"}) all.push_back({encoding, placement});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Chips, IntermittentExecutors, ::testing::ValuesIn(variants()),
                         ::testing::PrintToStringParamName());

TEST(IntermittentChip, EveryImageSeesTheWeightsOfItsOwnInference) {
  Session session = session_of("images", {"run.images=12", "run.seed=5"});
  const PointResult point = session.run({kVoltage, 0, 0});

  const memory::CellFaults faults = make_chip(session.plan(), 0)->faults_at(kVoltage);
  models::IntegerEngine engine(session.plan().network);
  std::vector<std::uint8_t> logits;
  double effective_ber = 0;
  double weights_changed = 0;
  for (std::int64_t image = 0; image < 12; ++image) {
    const auto cells = memory::masks_of_inference(faults, memory::inference_seed(5, 0),
                                                  static_cast<std::uint64_t>(image));
    const auto readback =
        storage::read_back(session.plan().stored_weights(), session.plan().word_path({}), cells);
    engine.set_weights(readback.weights);
    const auto result = engine.run(session.images().codes_of(image, 1));
    logits.insert(logits.end(), result.logits.begin(), result.logits.end());
    effective_ber += readback.effective_ber() / 12;
    weights_changed += readback.weights_changed() / 12;
  }
  EXPECT_EQ(point.outputs.logits, logits);
  EXPECT_NEAR(point.effective_ber, effective_ber, 1e-12);
  EXPECT_NEAR(point.weights_changed, weights_changed, 1e-12);
  EXPECT_EQ(point.intermittent_cells, faults.intermittent.size());
  EXPECT_NEAR(point.ber(), (1 + 0.3) / 2 / 60, 1e-4);
}

TEST(IntermittentChip, DoesNotDependOnTheBatchSizeOrOnTheOtherImages) {
  std::vector<std::string> rows;
  std::vector<std::uint8_t> logits;
  for (const char* batch : {"run.batch=1", "run.batch=64"}) {
    Session session = session_of("batch", {"run.images=20", batch});
    const PointResult point = session.run({kVoltage, 0, 0});
    rows.push_back(point_row(point) + layer_rows(point));
    logits = point.outputs.logits;
  }
  EXPECT_EQ(rows[0], rows[1]);
  Session fewer = session_of("batch", {"run.images=7"});
  fewer.run({memory::Voltage::parse("0.9"), 0, 0});  // another point before
  const PointResult point = fewer.run({kVoltage, 0, 0});
  logits.resize(point.outputs.logits.size());
  EXPECT_EQ(point.outputs.logits, logits);
}

// The activation SRAM or the accumulators with a map whose cells are intermittent; the weight SRAM
// is at its error-free voltage.
Session session_of_rail(hardware::OnChipMemory memory, std::vector<std::string> set) {
  const std::string rail = hardware::to_string(memory);
  const auto load = [&] {
    config::Overrides overrides;
    overrides.set = set;
    return Session(config::load_workload(kRoot / "workloads" / "mnist_cnn.yaml", overrides));
  };
  set.push_back("operating_point.weight_sram=1");
  const auto geometry = hardware::organisation(load().plan().program.spec, memory).geometry();
  const auto map = write_map(geometry, rail, 600);
  set.push_back("memory." + rail + ".profile=../configs/memories/sram_14nm.yaml");
  set.push_back("memory." + rail + ".chip={map: " + map.string() + "}");
  set.push_back("operating_point." + rail + "=0.8");
  return load();
}

Point point_of(const Session& session, int cosim_images) {
  return {session.plan().config.operating_point.voltage(hardware::OnChipMemory::kWeightSram), 0,
          cosim_images};
}

class IntermittentRails : public ::testing::TestWithParam<hardware::OnChipMemory> {};

// Machine = engine, layer by layer, on several images; each image has cells of its own.
TEST_P(IntermittentRails, ExecutorsAgreeOnSeveralImages) {
  Session session = session_of_rail(GetParam(), {"run.images=4"});
  const PointResult point = session.run(point_of(session, 4));
  EXPECT_EQ(point.cosim_images, 4);
  EXPECT_EQ(point.weights_changed, 0);
  ASSERT_EQ(point.memories.size(), 2u);
  EXPECT_NEAR(point.memories[1].ber, (1 + 0.3) / 2 / 600, 2e-4);
}

TEST_P(IntermittentRails, EveryImageSeesTheCellsOfItsOwnInference) {
  Session session = session_of_rail(GetParam(), {"run.images=8"});
  const PointResult point = session.run(point_of(session, 0));

  const auto faults = make_chip(session.plan(), 0, GetParam())->faults_at(kVoltage);
  ASSERT_GT(faults.intermittent.size(), 100u);
  const std::uint64_t seed =
      memory::keyed_hash(memory::inference_seed(session.plan().config.run.seed, 0),
                         static_cast<std::uint64_t>(GetParam()));
  models::IntegerEngine engine(session.plan().network,
                               {.k_part = session.plan().program.spec.array.rows});
  std::vector<std::uint8_t> logits;
  for (std::int64_t image = 0; image < 8; ++image) {
    const auto cells = memory::masks_of_inference(faults, seed, static_cast<std::uint64_t>(image));
    if (GetParam() == hardware::OnChipMemory::kActivationSram) {
      engine.set_tensor_masks(
          storage::read_back_activations(session.plan().program, session.plan().network, cells));
    } else {
      engine.set_sum_masks(
          storage::read_back_accumulators(session.plan().program, session.plan().network, cells));
    }
    const auto result = engine.run(session.images().codes_of(image, 1));
    logits.insert(logits.end(), result.logits.begin(), result.logits.end());
  }
  EXPECT_EQ(point.outputs.logits, logits);
}

TEST_P(IntermittentRails, NothingDependsOnTheBatchSize) {
  std::vector<std::string> rows;
  for (const char* batch : {"run.batch=1", "run.batch=64"}) {
    Session session = session_of_rail(GetParam(), {"run.images=10", batch});
    const PointResult point = session.run(point_of(session, 0));
    rows.push_back(point_row(point) + layer_rows(point));
  }
  EXPECT_EQ(rows[0], rows[1]);
}

INSTANTIATE_TEST_SUITE_P(Memories, IntermittentRails,
                         ::testing::Values(hardware::OnChipMemory::kActivationSram,
                                           hardware::OnChipMemory::kAccumulator),
                         [](const auto& memory) { return hardware::to_string(memory.param); });

config::WorkloadConfig configured(const std::string& chip) {
  config::Overrides overrides;
  overrides.set = {"run.images=2", "memory.chip=" + chip};
  return config::load_workload(kRoot / "workloads" / "mnist_cnn.yaml", overrides);
}

TEST(ChipLayers, MapsAndDefectsAreLaidOverAnyChip) {
  const auto path = temporary("one.csv");
  std::ofstream(path) << "# banks: 8\n# rows: 1024\n# columns: 128\n# unit: Vmin\n# source: one\n"
                         "bank,row,column,vfail,kind\n3,1000,5,inf,flip\n";
  const std::string stack = ", stack: [" + path.string() + "]";
  const auto faults = [&](const std::string& chip, const char* voltage) {
    return make_chip(make_plan(configured(chip)), 2)->faults_at(memory::Voltage::parse(voltage));
  };
  for (const char* kind : {"flip", "stuck"}) {
    const std::string chip = std::string("kind: ") + kind + ", defects: {rate: 0.01}";
    const memory::CellFaults alone = faults("{" + chip + "}", "1.2");
    EXPECT_NEAR(alone.bit_error_rate(), 0.01, 0.0005);
    const memory::CellFaults stacked = faults("{" + chip + stack + "}", "1.2");
    EXPECT_EQ(stacked.certain.at({3, 1000, 5}), memory::FaultKind::kFlip);
    const auto had = alone.certain.at({3, 1000, 5}) ? 1u : 0u;
    EXPECT_EQ(stacked.certain.count(), alone.certain.count() + 1 - had);
    const double ber = configured("{" + chip + "}").memory.weight_sram().profile->ber(kVoltage);
    EXPECT_NEAR(faults("{" + chip + "}", "0.8").bit_error_rate(), ber + 0.01 * (1 - ber), 0.002);
  }
  EXPECT_GT(
      faults("{sigma_read: 0.004, stack: [" + path.string() + "]}", "0.8").intermittent.size(),
      1000u);
}

TEST(ChipLayers, MapsOfAnotherGeometryOrUnitAreRefused) {
  const auto path = temporary("bad.csv");
  const auto message = [&](const std::string& banks, const std::string& unit) {
    std::ofstream(path) << "# banks: " << banks
                        << "\n# rows: 1024\n# columns: 128\n# unit: " << unit
                        << "\n# source: x\nbank,row,column,vfail,kind\n";
    try {
      make_chip(make_plan(configured("{stack: [" + path.string() + "]}")), 0);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(message("8", "Vmin"), "");
  EXPECT_EQ(message("4", "Vmin"),
            path.string() +
                ": the map is of 4 banks x 1024 rows x 128 columns, the weight SRAM of "
                "'edge-32x32' has 8 banks x 1024 rows x 128 columns");
  EXPECT_EQ(message("8", "V"),
            path.string() + ": the map's unit is V, the memory profile's is Vmin");
}

TEST(IntermittentChip, TheSeedOfTheRunChoosesTheDraws) {
  std::vector<std::string> rows;
  for (const char* seed : {"run.seed=1", "run.seed=2"}) {
    Session session = session_of("seed", {"run.images=5", seed});
    rows.push_back(layer_rows(session.run({kVoltage, 0, 0})));
  }
  EXPECT_NE(rows[0], rows[1]);
}

TEST(IntermittentChip, ASweepWritesTheSameBytesForAnyJobsAndAfterAResume) {
  const auto one = temporary("jobs1");
  const auto two = temporary("jobs2");
  const auto resumed = temporary("resumed");
  for (const auto& path : {one, two, resumed}) std::filesystem::remove_all(path);
  const auto sweep = [](const char* batch, const std::filesystem::path& out, int jobs) {
    const Session session =
        session_of("sweep", {"run.images=10", "sweep.voltages=[0.9, 0.85, 0.82, 0.8]", batch});
    return run_sweep(session,
                     {.out = out, .jobs = jobs, .cosim = CosimPolicy::kOne, .progress = {}});
  };
  sweep("run.batch=1", one, 1);
  sweep("run.batch=10", two, 2);
  std::filesystem::create_directories(resumed);
  std::filesystem::copy_file(one / "manifest.json", resumed / "manifest.json");
  {
    const Journal finished(one / "results.sqlite");
    Journal partial(resumed / "results.sqlite");
    const auto rows = finished.read();
    partial.add(rows.begin()->first, rows.begin()->second);
  }
  EXPECT_EQ(sweep("run.batch=3", resumed, 2).resumed, 1u);
  for (const char* file : {"points.csv", "layers.csv"}) {
    EXPECT_FALSE(read(one / file).empty());
    EXPECT_EQ(read(one / file), read(two / file)) << file;
    EXPECT_EQ(read(one / file), read(resumed / file)) << file;
  }
}

}  // namespace
}  // namespace brownout::experiment

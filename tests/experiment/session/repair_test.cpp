// Repair of the weight SRAM through the whole flow: the cells that it starts from, what it tells,
// what it costs, and maps of measured chips.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "sim/experiment/results/named_fields.hpp"
#include "sim/experiment/results/point_columns.hpp"
#include "sim/experiment/session/chip_cells.hpp"
#include "sim/experiment/session/session.hpp"
#include "tests/experiment/session/mitigated_session.hpp"

namespace brownout::experiment {
namespace {

constexpr auto kWeightSram = hardware::OnChipMemory::kWeightSram;
const memory::Voltage kVoltage = memory::Voltage::parse("0.9");

int widest(const models::QuantizedNetwork& network) {
  int bits = 0;
  for (const models::Node& node : network.nodes) {
    const auto* layer = std::get_if<models::Convolution>(&node);
    if (layer != nullptr) bits = std::max(bits, layer->weight_bits);
  }
  return bits;
}

TEST(SpareLines, StandBehindTheCellsOfTheSameChipWithoutThem) {
  for (const char* chip : {"{generator: iid}", "{defects: {rate: 0.001}}",
                           "{generator: gaussian_vmin, mu: 0.7056, sigma: 0.0552}",
                           "{generator: bitline_vmin, mu: 0.7056, sigma_bitline: 0.03, sigma_cell: "
                           "0.05}"}) {
    const std::vector<std::string> set = {std::string("memory.chip=") + chip};
    const Session plain = mitigated_session("secded", set);
    const Session spared =
        mitigated_session("secded, spare_columns, spare_rows: {per_bank: 3}", set);
    const auto bare = make_cells(plain.plan(), 5, kWeightSram)->faults_at(kVoltage).certain;
    const auto cells = make_cells(spared.plan(), 5, kWeightSram)->faults_at(kVoltage).certain;
    const memory::SramGeometry seen = bare.geometry();
    EXPECT_EQ(cells.geometry(),
              (memory::SramGeometry{seen.banks, seen.rows + 3, seen.columns + 4}));
    std::uint64_t inside = 0;
    cells.for_each([&](const memory::CellAddress& cell, memory::FaultKind kind) {
      if (!seen.contains(cell)) return;
      ASSERT_EQ(bare.at(cell), kind);
      ++inside;
    });
    EXPECT_EQ(inside, bare.count());
    EXPECT_GT(inside, 0U);
    EXPECT_EQ(Chip(spared.plan(), 5).weight_sram().geometry(), seen);
  }
}

TEST(SpareLines, TellWhatTheyRepaired) {
  Session plain = mitigated_session("secded");
  Session spared =
      mitigated_session("secded, spare_columns: {per_bank: 2}, spare_rows: {per_bank: 4}");
  const PointResult before = plain.run({kVoltage, 1, 0});
  const PointResult after = spared.run({kVoltage, 1, 1});
  const memory::RepairCounts counts = after.repair.value();
  const auto cells = static_cast<double>(before.memories.front().cells);
  EXPECT_EQ(before.memories.front().cells, after.memories.front().cells);
  EXPECT_EQ(static_cast<double>(counts.cells_failing), before.memories.front().ber * cells);
  EXPECT_EQ(static_cast<double>(counts.cells_left), after.memories.front().ber * cells);
  EXPECT_GT(counts.cells_repaired(), counts.cells_failing / 8);
  EXPECT_LE(counts.columns_used, 2U * 8);
  EXPECT_LE(counts.rows_used, 4U * 8);
  EXPECT_GT(counts.rows_used, 4U * 4);
  EXPECT_EQ(before.repair, std::nullopt);
  const std::string header = points_header(after.columns), row = point_row(after);
  const NamedFields fields("points.csv", header, row);
  EXPECT_THAT(header, ::testing::HasSubstr(
                          ",spare_columns_used,spare_rows_used,cells_repaired,cells_left,"));
  EXPECT_EQ(fields.count("cells_left"), counts.cells_left);
  EXPECT_EQ(fields.count("cells_repaired"), counts.cells_repaired());
  EXPECT_THAT(points_header(before.columns), ::testing::Not(::testing::HasSubstr("spare")));
}

// Of a die that can be repaired, every fault is.
TEST(SpareLines, RepairAFewFaultsWholly) {
  const memory::Voltage high = memory::Voltage::parse("0.94");
  Session spared = mitigated_session("spare_columns: {per_bank: 16}");
  const PointResult point = spared.run({high, 2, 1});
  EXPECT_GT(point.repair.value().cells_failing, 3U);
  EXPECT_TRUE(point.repair.value().complete());
  EXPECT_EQ(point.effective_ber, 0);
}

TEST(SpareLines, OfATestAtProgramAtAreTheSameAtEveryVoltage) {
  const Session spared = mitigated_session("spare_columns: {per_bank: 3, program_at: 0.9}");
  const Chip chip(spared.plan(), 0);
  const auto at = [&](const char* voltage) {
    return chip.repair_at(memory::Voltage::parse(voltage)).value();
  };
  EXPECT_EQ(at("0.95"), at("0.9"));
  EXPECT_EQ(at("0.8"), at("0.9"));
}

TEST(SpareLines, AreNotTestedWhereTheProfileOrTheMapSaysNothing) {
  EXPECT_THROW(mitigated_session("spare_columns: {program_at: 0.5}"), InputError);
  const std::string map = ::testing::TempDir() + "from_0.8.csv";
  std::ofstream(map) << "# banks: 8\n# rows: 1024\n# columns: 128\n# unit: Vmin\n"
                        "# lowest_measured: 0.8\n# source: written by a test\n"
                        "bank,row,column,vfail,kind\n0,0,1,0.84,flip\n";
  const Session session =
      mitigated_session("spare_columns: {program_at: 0.76}",
                        {"memory.chip={map: " + map + ", extra_cells: error_free}"});
  try {
    Chip(session.plan(), 0);
    ADD_FAILURE() << "a test below what was measured";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(),
                ::testing::StartsWith("memory.mitigations: program_at: voltage 0.76"));
  }
}

// A column of the four that share a bit is a quarter of a bit of each access; a row only leaks.
TEST(SpareLines, CostWhatTheirCellsDo) {
  Session plain = mitigated_session("");
  const memory::Voltage error_free = plain.plan().error_free_voltage();
  const PointResult bare = plain.run({error_free, 0, 0});
  Session with_columns = mitigated_session("spare_columns: {per_bank: 8}");
  const PointResult columns = with_columns.run({error_free, 0, 0});
  EXPECT_NEAR(columns.energy.weight_sram(), bare.energy.weight_sram() * 34 / 32, 1e-15);
  EXPECT_EQ(columns.energy[energy::Rail::kLogic], bare.energy[energy::Rail::kLogic]);
  Session with_rows = mitigated_session("spare_rows: {per_bank: 64}");
  const PointResult rows = with_rows.run({error_free, 0, 0});
  const energy::EnergyTable& table = plain.plan().config.energy_table;
  const double leakage =
      table.watts(energy::Leaker::kWeightSram, plain.plan().program.spec) * bare.latency_s;
  const double all_rows = plain.plan().program.spec.weight_sram.organisation().geometry().rows;
  EXPECT_NEAR(rows.energy.weight_sram(), bare.energy.weight_sram() + leakage * 64 / all_rows,
              1e-15);
  for (const PointResult* point : {&columns, &rows}) {
    EXPECT_NEAR(point->mitigation_joules, point->energy.total() - bare.energy.total(), 1e-15);
    EXPECT_GT(point->mitigation_joules, 0);
    EXPECT_EQ(point->cycles, bare.cycles);
  }
}

/// A map of `columns` columns, whose column 3 of bank 1 fails.
std::string measured_map(const std::string& name, int columns) {
  const std::string path = ::testing::TempDir() + name;
  std::ofstream file(path);
  file << "# banks: 8\n# rows: 1024\n# columns: " << columns
       << "\n# unit: Vmin\n# lowest_measured: 0.75\n# source: written by a test\n"
          "bank,row,column,vfail,kind\n";
  for (int row = 0; row < 50; ++row) file << "1," << row << ",3,0.95,stuck_at_1\n";
  return path;
}

TEST(SpareLines, AreCellsOfAMeasuredMapToo) {
  const std::string wide = measured_map("wide.csv", 130), plain = measured_map("plain.csv", 128);
  const auto chip_of = [](const std::string& map, const std::string& keys) {
    return std::vector<std::string>{"memory.chip={map: " + map + keys + "}"};
  };
  const std::string spares = "spare_columns: {per_bank: 2}";
  Session covered = mitigated_session(spares, chip_of(wide, ""));
  EXPECT_EQ(covered.run({kVoltage, 0, 1}).repair.value().cells_repaired(), 50U);
  try {
    mitigated_session(spares, chip_of(plain, "")).run({kVoltage, 0, 0});
    ADD_FAILURE() << "a map without spare lines";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(),
                ::testing::HasSubstr("plain.csv: the map is of 8 banks x 1024 rows x 128 columns"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("has 8 banks x 1024 rows x 130 columns; check "
                                                   "bits, flags and spare lines are cells, too: "
                                                   "memory.chip.extra_cells"));
  }
  const std::string assumed = ", extra_cells: error_free";
  for (const auto& set :
       {chip_of(plain, assumed), chip_of(wide, ", fold: crop" + assumed), chip_of(wide, assumed)}) {
    Session session = mitigated_session(spares, set);
    const PointResult point = session.run({kVoltage, 0, 1});
    EXPECT_TRUE(point.repair.value().complete());
    EXPECT_EQ(point.repair.value().columns_used, 1U);
    EXPECT_THAT(session.notes(), ::testing::Contains(::testing::HasSubstr("error-free")));
  }
  const PointResult told = mitigated_session(spares, chip_of(plain, assumed)).run({kVoltage, 0, 0});
  EXPECT_THAT(told.memories.front().source, ::testing::HasSubstr("; extra cells error-free"));
}

// The map has no faults but in one column of bank 1: what else is corrected are check bits.
TEST(ExtraCells, StandInForCheckBitsThatAMapLacks) {
  const std::string plain = measured_map("data.csv", 128);
  const auto run = [&](const std::string& extra) {
    Session session = mitigated_session("secded", {"memory.chip={map: " + plain + extra + "}"});
    return session.run({kVoltage, 0, 1});
  };
  EXPECT_THROW(run(""), InputError);
  const PointResult error_free = run(", extra_cells: error_free");
  const PointResult generated = run(", extra_cells: generated");
  const PointResult stuck = run(", extra_cells: {kind: stuck, seed: 3}");
  const MemoryResult& memory = error_free.memories.front();
  EXPECT_NEAR(memory.ber * static_cast<double>(memory.cells), 50, 1e-9);  // those of the map
  EXPECT_GT(generated.mitigated.corrected, 1.5 * error_free.mitigated.corrected);
  EXPECT_LT(stuck.mitigated.corrected, generated.mitigated.corrected);  // half do no harm
  EXPECT_GT(stuck.mitigated.corrected, error_free.mitigated.corrected);
  EXPECT_EQ(error_free.effective_ber, generated.effective_ber);  // of data
  EXPECT_THAT(generated.memories.front().source,
              ::testing::HasSubstr("; extra cells generated: iid"));
}

const std::string kProfile = BROWNOUT_SOURCE_DIR "/configs/memories/sram_14nm_8t_assumed.yaml";

std::string protected_msbs(const std::string& keys) {
  return "protected_msbs: {profile: " + kProfile + ", " + keys + "}";
}

// Its error-free voltage is 0.85: what is left of the chip's faults is in the bits below.
TEST(ProtectedMsbs, FailAtTheirOwnVoltages) {
  const memory::Voltage voltage = memory::Voltage::parse("0.86");
  for (const char* workload : {"mnist_cnn", "cifar10_resnet8_w4"}) {
    Session plain = mitigated_session("", {}, workload);
    Session session = mitigated_session(protected_msbs("bits: 3"), {}, workload);
    EXPECT_EQ(session.run({voltage, 1, 1}).cosim_images, 1);
    const auto read = [&](const Session& of) {
      return read_weights(of.plan(), {voltage, 1, 0}, 0).readback.weights;
    };
    const models::WeightSet usual = read(plain), better = read(session);
    const models::WeightSet& clean = plain.plan().weights;
    std::uint64_t top = 0, low = 0;
    for (const models::NodeIndex node : clean.indices()) {
      const auto* layer = std::get_if<models::Convolution>(&plain.plan().network.nodes[node]);
      if (layer == nullptr || layer->weight_bits != widest(plain.plan().network)) continue;
      const unsigned mask = 0x7U << (layer->weight_bits - 3);
      for (std::size_t i = 0; i < clean[node].size(); ++i) {
        const auto bits = [&](const models::WeightSet& of) {
          return static_cast<unsigned>(of[node][i]) & ((1U << layer->weight_bits) - 1);
        };
        ASSERT_EQ(bits(better), (bits(usual) & ~mask) | (bits(clean) & mask));
        top += ((bits(usual) ^ bits(clean)) & mask) != 0 ? 1 : 0;
        low += ((bits(usual) ^ bits(clean)) & ~mask) != 0 ? 1 : 0;
      }
    }
    EXPECT_GT(top, 10U);
    EXPECT_GT(low, 10U);
  }
}

TEST(ProtectedMsbs, OfAnyGeneratorHaveFaultsOfTheirOwn) {
  const auto cells = [](const std::string& chip) {
    return make_cells(mitigated_session(protected_msbs("bits: 8" + chip)).plan(), 0, kWeightSram)
        ->faults_at(memory::Voltage::parse("0.8"))
        .certain.count();
  };
  const double expected = 3.9e-6 * 8 * 1024 * 128;  // 0.95 of the usual cells, 5.73 % at 0.8
  EXPECT_NEAR(static_cast<double>(cells("")), expected, 4 * std::sqrt(expected) + 1);
  EXPECT_GT(cells(", chip: {generator: gaussian_vmin, mu: 0.65, sigma: 0.05}"), 500U);
}

// 8 of the 32 bits of a word.
TEST(ProtectedMsbs, CostMoreThanOtherBits) {
  Session plain = mitigated_session("");
  const memory::Voltage error_free = plain.plan().error_free_voltage();
  const PointResult bare = plain.run({error_free, 0, 0});
  Session session =
      mitigated_session(protected_msbs("bits: 2, energy: 1.5, leakage: 1.5, area: 1.25"));
  const PointResult point = session.run({error_free, 0, 0});
  EXPECT_NEAR(point.energy.weight_sram(), bare.energy.weight_sram() * 36 / 32, 1e-15);
  EXPECT_NEAR(point.mitigation_joules, point.energy.total() - bare.energy.total(), 1e-15);
  EXPECT_DOUBLE_EQ(session.plan().program.spec.weight_sram.area_kib(), 128 * 34. / 32);
  Session usual = mitigated_session(protected_msbs("bits: 2"));
  const PointResult standard = usual.run({error_free, 0, 0});
  EXPECT_NEAR(standard.energy.weight_sram(), bare.energy.weight_sram() * 34.4 / 32, 1e-15);
}

TEST(ProtectedMsbs, RefuseWhatProtectsNothing) {
  const auto error_of = [](const std::string& mitigation,
                           const std::string& workload = "mnist_cnn") -> std::string {
    try {
      mitigated_session(mitigation, {}, workload);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(error_of("protected_msbs"), ::testing::HasSubstr("the key profile is missing"));
  EXPECT_THAT(error_of(protected_msbs("bits: 9")), ::testing::HasSubstr("9 is not in 1..8"));
  EXPECT_THAT(error_of(protected_msbs("energy: 0")),
              ::testing::HasSubstr("energy: is not above 0"));
  EXPECT_THAT(error_of("protected_msbs: {profile: " BROWNOUT_SOURCE_DIR
                       "/configs/memories/bram_28nm_kc705.yaml}"),
              ::testing::HasSubstr("another unit"));
  EXPECT_THAT(error_of(protected_msbs("chip: {defects: {rate: 0.1}}")),
              ::testing::HasSubstr("protected bits are generated"));
  Session session = mitigated_session(protected_msbs("bits: 2"));
  EXPECT_THROW(session.run({memory::Voltage::parse("0.5"), 0, 0}), InputError);
}

}  // namespace
}  // namespace brownout::experiment

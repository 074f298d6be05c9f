// The closed form against formulas that others published, and against SCALE-Sim's own output.
#include "sim/timing/program_cycles.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "sim/schedule/program_builder.hpp"
#include "tests/support/random_network.hpp"

namespace brownout::timing {
namespace {

using hardware::Cycle;

/// One matrix layer of M x N x K: a 1x1 convolution over M pixels.
models::QuantizedNetwork gemm_network(int m, int n, int k) {
  testing::NetworkBuilder builder(1, {k, 1, m});
  builder.convolution(builder.last(), n, {});
  return builder.build();
}

hardware::AcceleratorSpec unlimited(int rows, int columns, bool prefetch = false) {
  hardware::AcceleratorSpec spec;
  spec.array = {rows, columns};
  spec.weight_prefetch = prefetch;
  spec.accumulator.depth = 1 << 20;
  spec.weight_sram = {.capacity_kib = 65536, .banks = 64, .word_bits = 32, .column_mux = 4};
  spec.activation_sram = {.capacity_kib = 65536, .banks = 128, .word_bits = 64, .column_mux = 4};
  spec.vector_lanes = 4096;
  return spec;
}

Cycle compute_cycles(int m, int n, int k, const hardware::AcceleratorSpec& spec) {
  const models::QuantizedNetwork network = gemm_network(m, n, k);
  const schedule::TileProgram program = schedule::make_program(network, spec);
  const hardware::ProgramTimes times = program_times(program, schedule::lay_out(program));
  return hardware::break_down(times.layers[{0}], times.folds, spec.array.rows, spec.weight_prefetch)
      .compute;
}

Cycle folds(int n, int k, int rows, int columns) {
  return Cycle{(k + rows - 1) / rows} * ((n + columns - 1) / columns);
}

// Samajdar et al., SCALE-Sim (ISPASS 2020): weight stationary, folds * (2R + C + M - 2) cycles.
TEST(ProgramCycles, WithoutPrefetchAreThoseOfScaleSim) {
  for (const auto& [rows, columns] : {std::pair{32, 32}, {8, 32}, {32, 8}, {12, 20}, {1, 1}}) {
    for (const auto& [m, n, k] : {std::array{1, 10, 64}, {49, 100, 70}, {300, 33, 31}}) {
      EXPECT_EQ(compute_cycles(m, n, k, unlimited(rows, columns)),
                folds(n, k, rows, columns) * (2 * rows + columns + m - 2))
          << rows << "x" << columns << " M " << m << " N " << n << " K " << k;
    }
  }
}

// As docs/model.md has it: L + (F - 1) * max(M, L) + M + R + C - 2 with L = R load cycles.
TEST(ProgramCycles, WithPrefetchHideTheLoadBehindTheStream) {
  for (const auto& [m, n, k] : {std::array{1, 10, 64}, {49, 100, 70}, {300, 33, 31}}) {
    const Cycle count = folds(n, k, 16, 24);
    EXPECT_EQ(compute_cycles(m, n, k, unlimited(16, 24, true)),
              16 + (count - 1) * std::max(m, 16) + m + 16 + 24 - 2);
  }
}

/// Rows of the SCALE-Sim runs: dataflow, rows, columns, M, N, K, cycles, folds at fields 2 to 9.
std::vector<std::vector<std::string>> scale_sim_rows() {
  std::ifstream in(BROWNOUT_SOURCE_DIR "/tests/timing/data/scale_sim_resnet18.csv");
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream fields(line);
    rows.emplace_back();
    for (std::string text; std::getline(fields, text, ',');) rows.back().push_back(text);
  }
  return rows;
}

TEST(ProgramCycles, EqualScaleSimsOutputPlusOne) {
  int compared = 0;
  for (const std::vector<std::string>& row : scale_sim_rows()) {
    if (row.at(2) != "ws") continue;
    const auto number = [&](std::size_t i) { return std::stoi(row.at(i)); };
    EXPECT_EQ(folds(number(6), number(7), number(3), number(4)), number(9)) << row[1];
    // SCALE-Sim prints the index of the last cycle, not the number of cycles.
    EXPECT_EQ(compute_cycles(number(5), number(6), number(7), unlimited(number(3), number(4))),
              number(8) + 1)
        << row[1];
    ++compared;
  }
  EXPECT_EQ(compared, 21);
}

TEST(ProgramCycles, ARowOfMoreWordsThanBanksStallsTheLoad) {
  hardware::AcceleratorSpec spec = unlimited(8, 32);
  spec.weight_sram = {.capacity_kib = 64, .banks = 2, .word_bits = 32, .column_mux = 4};
  const models::QuantizedNetwork network = gemm_network(5, 32, 8);  // 8 words a row, 2 banks
  const schedule::TileProgram program = schedule::make_program(network, spec);
  EXPECT_EQ(load_cycles(program, program.tiles[{0}]), 8 * 4);
  const hardware::ProgramTimes times = program_times(program, schedule::lay_out(program));
  const hardware::CycleBreakdown cycles =
      hardware::break_down(times.layers[{0}], times.folds, 8, false);
  EXPECT_EQ(cycles.weight_fetch, 8 * 3);
  EXPECT_EQ(cycles.compute, 2 * 8 + 32 + 5 - 2);
}

// As docs/model.md has it: two passes and an element a channel, then 16 + groups - 1 cycles.
TEST(ProgramCycles, ANormalizationReadsTwiceAndWaitsForItsStatistics) {
  hardware::AcceleratorSpec spec = unlimited(8, 8);
  spec.vector_lanes = 10;
  for (const int groups : {1, 2, 6}) {
    testing::NetworkBuilder builder(1, {6, 5, 7});
    builder.normalization(builder.last(), groups);
    const schedule::TileProgram program = schedule::make_program(builder.build(), spec);
    const hardware::ProgramTimes times = program_times(program, schedule::lay_out(program));
    const hardware::LayerTimes& layer = times.layers[{0}];
    EXPECT_EQ(layer.end - layer.start, (2 * 6 * 5 * 7 + 6 + 9) / 10 + 16 + groups - 1);
  }
}

TEST(ProgramCycles, ATransferIsLatencyAndWholeBursts) {
  const hardware::DramSpec dram{.bytes_per_cycle = 8, .latency_cycles = 100, .burst_bytes = 64};
  EXPECT_EQ(transfer_cycles(dram, 1), 100 + 8);
  EXPECT_EQ(transfer_cycles(dram, 64), 100 + 8);
  EXPECT_EQ(transfer_cycles(dram, 65), 100 + 16);
  const hardware::DramSpec odd{.bytes_per_cycle = 3, .latency_cycles = 0, .burst_bytes = 32};
  EXPECT_EQ(transfer_cycles(odd, 32), 11);
}

TEST(ProgramCycles, ABreakdownsPartsAddUpToTheInference) {
  for (const hardware::Placement placement :
       {hardware::Placement::kResident, hardware::Placement::kStreaming}) {
    for (const bool prefetch : {false, true}) {
      hardware::AcceleratorSpec spec = unlimited(8, 8, prefetch);
      spec.placement = placement;
      spec.vector_lanes = 2;
      spec.accumulator.depth = 20;
      if (placement == hardware::Placement::kStreaming) {
        spec.weight_sram = {.capacity_kib = 1, .banks = 2, .word_bits = 32, .column_mux = 4};
      }
      const models::QuantizedNetwork network = testing::random_residual_network(4);
      const schedule::TileProgram program = schedule::make_program(network, spec);
      const hardware::ProgramTimes times = program_times(program, schedule::lay_out(program));
      Cycle now = times.input_ready;
      for (const models::NodeIndex i : program.layers.indices()) {
        const schedule::Layer& layer = program.layers[i];
        EXPECT_EQ(times.layers[i].start, now);
        now = times.layers[i].end;
        const auto layer_folds = program.of_layer(times.folds, layer);
        const hardware::CycleBreakdown cycles =
            hardware::break_down(times.layers[i], layer_folds, spec.array.rows, prefetch);
        EXPECT_EQ(cycles.total(), times.layers[i].end - times.layers[i].start);
        EXPECT_GE(cycles.dram, 0);
        EXPECT_GE(cycles.weight_fetch, 0);
        EXPECT_GE(cycles.accumulator, 0);
        EXPECT_GE(cycles.vector, 0);
      }
      EXPECT_EQ(times.total, now + transfer_cycles(spec.dram, program.output_bytes.at(0)));
    }
  }
}

TEST(ProgramCycles, AFasterDramIsNeverSlower) {
  const models::QuantizedNetwork network = testing::random_residual_network(4);
  hardware::AcceleratorSpec spec = unlimited(8, 8, true);
  spec.placement = hardware::Placement::kStreaming;
  spec.weight_sram = {.capacity_kib = 1, .banks = 2, .word_bits = 32, .column_mux = 4};
  Cycle before = std::numeric_limits<Cycle>::max();
  for (const int bytes : {1, 2, 4, 8, 16, 64}) {
    spec.dram.bytes_per_cycle = bytes;
    const schedule::TileProgram program = schedule::make_program(network, spec);
    const Cycle total = program_times(program, schedule::lay_out(program)).total;
    EXPECT_LE(total, before);
    before = total;
  }
}

TEST(ProgramCycles, SetupFillsAResidentMemoryOnce) {
  hardware::AcceleratorSpec spec = unlimited(8, 8);
  const models::QuantizedNetwork network = gemm_network(3, 8, 8);  // 8 rows of 2 words
  EXPECT_EQ(setup_cycles(schedule::make_program(network, spec)), 100 + 8);
  spec.placement = hardware::Placement::kStreaming;
  EXPECT_EQ(setup_cycles(schedule::make_program(network, spec)), 0);
}

}  // namespace
}  // namespace brownout::timing

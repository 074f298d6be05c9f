// The accelerator file.
#include "sim/config/accelerator_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/workload_files.hpp"

namespace brownout::config {
namespace {

TEST(AcceleratorConfig, KeysThatAreNotGivenKeepTheDefaultsOfTheSpec) {
  const TemporaryDirectory directory;
  directory.write("table.yaml", energy_table_text());
  const auto path = directory.write("a.yaml", "accelerator: {}\nenergy: table.yaml\n");
  const hardware::AcceleratorSpec spec = load_accelerator(path).spec;
  const hardware::AcceleratorSpec defaults;
  EXPECT_EQ(spec.name, defaults.name);
  EXPECT_EQ(spec.clock_hz, defaults.clock_hz);
  EXPECT_EQ(spec.array.rows, defaults.array.rows);
  EXPECT_EQ(spec.weight_sram.organisation(), defaults.weight_sram.organisation());
  EXPECT_EQ(spec.activation_sram.organisation(), defaults.activation_sram.organisation());
  EXPECT_EQ(spec.placement, defaults.placement);
}

TEST(AcceleratorConfig, EveryKeyReachesTheSpec) {
  const TemporaryDirectory directory;
  directory.write("table.yaml", energy_table_text());
  const auto path = directory.write("a.yaml", R"(accelerator:
  name: all
  clock_hz: 1e9
  dataflow: weight_stationary
  array: {rows: 2, columns: 3}
  weight_prefetch: true
  accumulator: {bits: 24, depth: 5, overflow: saturate}
  weight_sram: {capacity_kib: 6, banks: 1, word_bits: 16, column_mux: 2}
  activation_sram: {capacity_kib: 7, banks: 1, word_bits: 64, column_mux: 1}
  placement: restart_per_layer
  vector_unit: {lanes: 9}
  dram: {bytes_per_cycle: 10, latency_cycles: 11, burst_bytes: 12}
energy: table.yaml
)");
  const AcceleratorConfig config = load_accelerator(path, {"accelerator.array.columns=4"});
  const hardware::AcceleratorSpec& spec = config.spec;
  EXPECT_EQ(spec.name, "all");
  EXPECT_EQ(spec.clock_hz, 1e9);
  EXPECT_EQ(spec.array.rows, 2);
  EXPECT_EQ(spec.array.columns, 4);
  EXPECT_TRUE(spec.weight_prefetch);
  EXPECT_EQ(spec.accumulator.bits, 24);
  EXPECT_EQ(spec.accumulator.depth, 5);
  EXPECT_EQ(spec.accumulator.overflow, models::Overflow::kSaturate);
  EXPECT_EQ(spec.weight_sram.capacity_kib, 6);
  EXPECT_EQ(spec.weight_sram.banks, 1);
  EXPECT_EQ(spec.weight_sram.word_bits, 16);
  EXPECT_EQ(spec.weight_sram.column_mux, 2);
  EXPECT_EQ(spec.activation_sram.capacity_kib, 7);
  EXPECT_EQ(spec.placement, hardware::Placement::kRestartPerLayer);
  EXPECT_EQ(spec.vector_lanes, 9);
  EXPECT_EQ(spec.dram.bytes_per_cycle, 10);
  EXPECT_EQ(spec.dram.latency_cycles, 11);
  EXPECT_EQ(spec.dram.burst_bytes, 12);
  EXPECT_EQ(config.energy_table.name(), "cmos-22nm");
  EXPECT_THAT(config.input_files, testing::ElementsAre(path, directory / "table.yaml"));
}

struct Case {
  std::string from, to, message;
};

TEST(AcceleratorConfig, MistakesAreFoundWithFileAndLine) {
  const Case cases[] = {
      {"rows: 16", "rows: 0",
       "parts/accelerator.yaml:4: accelerator.array.rows: 0 is not in 1..1024"},
      {"rows: 16", "row: 16",
       "parts/accelerator.yaml:4: accelerator.array.row: unknown key, did you mean rows?"},
      {"clock_hz: 100e6", "clock_hz: -1",
       "parts/accelerator.yaml:3: accelerator.clock_hz: must be above 0"},
      {"clock_hz: 100e6", "clock_hz: 100 MHz",
       "parts/accelerator.yaml:3: accelerator.clock_hz: \"100 MHz\" is not a finite number"},
      {"banks: 4", "banks: 3",
       "parts/accelerator.yaml:5: accelerator.weight_sram.banks: 3 does not divide the"},
      // The key is a default here: the place is the map that it belongs to.
      {"{capacity_kib: 64, banks: 4}", "{capacity_kib: 1048577}",
       "parts/accelerator.yaml:5: accelerator.weight_sram.capacity_kib: 1048577 is not in"},
      {"{rows: 16, columns: 16}", "{rows: 100}",
       "parts/accelerator.yaml:1: accelerator.activation_sram.banks: 64 bytes a cycle"},
      {"placement: streaming", "placement: ring",
       "parts/accelerator.yaml:6: accelerator.placement: 'ring' is not one of resident, streaming"},
      {"placement: streaming", "dataflow: output_stationary",
       "parts/accelerator.yaml:6: accelerator.dataflow: 'output_stationary' is not one of "
       "weight_stationary"},
      {"placement: streaming", "accumulator: {overflow: clip}",
       "parts/accelerator.yaml:6: accelerator.accumulator.overflow: 'clip' is not one of wrap, "
       "saturate"},
      {"placement: streaming", "weight_prefetch: 1",
       "parts/accelerator.yaml:6: accelerator.weight_prefetch: \"1\" is not true or false"},
      {"energy: table.yaml", "", "w.yaml:1: the key energy is missing"},
      {"energy: table.yaml", "energy: gone.yaml",
       "parts/accelerator.yaml:7: energy: no such file: parts/gone.yaml"},
      {"energy: table.yaml", "energi: table.yaml",
       "parts/accelerator.yaml:7: energi: unknown key, did you mean energy?"},
      {"accelerator:", "acelerator:",
       "parts/accelerator.yaml:1: acelerator: unknown key, did you mean accelerator?"},
  };
  for (const Case& bad : cases) {
    const WorkloadFiles files;
    files.edit("parts/accelerator.yaml", bad.from, bad.to);
    EXPECT_THAT(files.load_error(), testing::StartsWith(bad.message)) << bad.to;
  }
}

TEST(AcceleratorConfig, BandwidthIsBytesPerCycleAtTheClock) {
  const WorkloadFiles files;  // at 100 MHz
  const auto bytes = [&](std::vector<std::string> set) {
    return files.load_with(set).accelerator.dram.bytes_per_cycle;
  };
  EXPECT_EQ(bytes({"accelerator.dram.gb_per_s=0.3"}), 3);
  EXPECT_EQ(bytes({"accelerator.dram.gb_per_s=25.6"}), 256);
  EXPECT_EQ(bytes({"accelerator.dram.gb_per_s=1", "accelerator.clock_hz=125e6"}), 8);
  EXPECT_EQ(files.set_error("accelerator.dram.gb_per_s=0.25"),
            "--set accelerator.dram.gb_per_s: 0.25 is 2.5 bytes a cycle at 100 MHz, not a whole "
            "number in 1..4096; next are 0.2 GB/s (2) and 0.3 GB/s (3)");
  EXPECT_EQ(files.set_error("accelerator.dram.gb_per_s=0.01"),
            "--set accelerator.dram.gb_per_s: 0.01 is 0.1 bytes a cycle at 100 MHz, not a whole "
            "number in 1..4096; next are 0.1 GB/s (1)");
}

TEST(AcceleratorConfig, OfTwoBandwidthsTheOptionGoesBeforeTheFile) {
  const WorkloadFiles files;
  files.edit("parts/accelerator.yaml", "  placement: streaming\n",
             "  placement: streaming\n  dram: {gb_per_s: 0.4}\n");
  EXPECT_EQ(files.load().accelerator.dram.bytes_per_cycle, 4);
  EXPECT_EQ(
      files.load_with({"accelerator.dram.bytes_per_cycle=2"}).accelerator.dram.bytes_per_cycle, 2);
  files.edit("parts/accelerator.yaml", "gb_per_s: 0.4", "gb_per_s: 0.4, bytes_per_cycle: 4");
  EXPECT_EQ(files.load_error(),
            "parts/accelerator.yaml:7: accelerator.dram.gb_per_s: stands beside bytes_per_cycle; "
            "one of them is wanted");
}

}  // namespace
}  // namespace brownout::config

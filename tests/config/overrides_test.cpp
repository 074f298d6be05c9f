// --set and the path options: they act on the workload together with the files that it names.
#include "sim/config/overrides.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/workload_files.hpp"

namespace brownout::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Overrides, SetReachesTheWorkloadAndTheFilesThatItNames) {
  const WorkloadFiles files;
  const WorkloadConfig config =
      files.load_with({"run.batch=1", "workload.preprocess.mean=[0.5]", "accelerator.array.rows=8",
                       "accelerator.placement=resident", "memory.chip.kind=stuck",
                       "memory.profile.reference_voltage=0.9", "energy.reference_volts.logic=0.7",
                       "operating_point.weight_sram=0.8", "sweep.voltages=0.9,0.8"});
  EXPECT_EQ(config.run.batch, 1);
  EXPECT_EQ(config.preprocess.mean, std::vector<float>{0.5});
  EXPECT_EQ(config.accelerator.array.rows, 8);
  EXPECT_EQ(config.accelerator.array.columns, 16);  // what stands beside it stays
  EXPECT_EQ(config.accelerator.placement, hardware::Placement::kResident);
  EXPECT_TRUE(config.memory.weight_sram().chip.mixture.stuck);
  EXPECT_EQ(config.memory.weight_sram().profile->data().reference_voltage.text(), "0.9");
  EXPECT_EQ(config.energy_table.reference_volts(energy::Rail::kLogic), 0.7);
  EXPECT_EQ(config.operating_point.logic_volts, 0.7);
  EXPECT_EQ(config.operating_point.voltage(hardware::OnChipMemory::kWeightSram).text(), "0.8");
  EXPECT_EQ(config.sweep.voltages.size(), 2U);
}

TEST(Overrides, SetMakesSectionsThatTheFileDoesNotHave) {
  const WorkloadFiles files;
  files.edit("w.yaml", "run: {batch: 10, seed: 5}\n", "");
  EXPECT_EQ(files.load().run.batch, 100);
  EXPECT_EQ(files.load_with({"run.images=12"}).run.images, 12);
  EXPECT_EQ(files.load_with({"accelerator.dram.latency_cycles=7"}).accelerator.dram.latency_cycles,
            7);
}

TEST(Overrides, LastSetOfAKeyWins) {
  const WorkloadFiles files;
  EXPECT_EQ(files.load_with({"run.batch=1", "run.batch=2"}).run.batch, 2);
}

TEST(Overrides, MistakesInSetNameTheOption) {
  const WorkloadFiles files;
  const std::pair<std::string, std::string> cases[] = {
      {"accelerator.placemen=streaming",
       "--set accelerator.placemen: unknown key, did you mean placement?"},
      {"accelerator.array.rows=0", "--set accelerator.array.rows: 0 is not in 1..1024"},
      {"accelerator.array.rows='8'",
       "--set accelerator.array.rows: \"8\" is text in quotes, write an integer without them"},
      {"accelerator.array=5",
       "--set accelerator.array: must be a map with the keys rows, columns; is a single value"},
      {"accelerator.array={rows: 4, colums: 4}",
       "--set accelerator.array: accelerator.array.colums: unknown key, did you mean columns?"},
      {"acelerator.array.rows=5",
       "--set acelerator.array.rows: acelerator: unknown key, did you mean accelerator?"},
      {"array.rows=8", "--set array.rows: unknown key, did you mean accelerator.array.rows?"},
      {"array.depth=8", "--set array.depth: unknown key, did you mean accelerator.array.depth?"},
      {"chip.seed=8", "--set chip.seed: unknown key, did you mean memory.chip.seed?"},
      {"rows=8", "--set rows: unknown key; known are workload,"},
      {"run.batch=", "--set run.batch: no value"},
      {"run.batch=~", "--set run.batch: must be an integer, is nothing"},
      {"run.batch=[1", "--set run.batch: not valid YAML:"},
      {"run.batch", "--set run.batch: must be KEY=VALUE"},
      {"=5", "--set =5: must be KEY=VALUE"},
      {"run..batch=5", "--set run..batch=5: must be KEY=VALUE"},
      {".run=5", "--set .run=5: must be KEY=VALUE"},
      {"run.=5", "--set run.=5: must be KEY=VALUE"},
      {"workload.name.first=x", "--set workload.name.first: workload.name is not a map"},
      {"memory.profile.rows.voltage=1", "--set memory.profile.rows.voltage: memory_profile.rows"},
      {"workload.network=gone.onnx", "--set workload.network: no such file: gone.onnx"},
      {"accelerator=gone.yaml", "--set accelerator: no such file: gone.yaml"},
      {"operating_point.weight_sram=high", "--set operating_point.weight_sram: \"high\" is not"},
      {"sweep.voltages=1:2", "--set sweep.voltages: \"1:2\" is not a voltage or a range"},
  };
  for (const auto& [assignment, message] : cases) {
    EXPECT_THAT(files.set_error(assignment), StartsWith(message)) << assignment;
  }
}

TEST(Overrides, SetOfAWholeFileReplacesItBeforeItIsOpened) {
  const WorkloadFiles files;
  files.directory.write("other.yaml", "accelerator: {name: other}\nenergy: parts/table.yaml\n");
  std::filesystem::remove(files.directory / "parts/accelerator.yaml");
  const WorkloadConfig config =
      files.load_with({"accelerator.array.rows=4", "accelerator=other.yaml"});
  EXPECT_EQ(config.accelerator.name, "other");
  EXPECT_EQ(config.accelerator.array.rows, 4);
}

TEST(Overrides, PathOptionsReplaceWhatTheWorkloadNames) {
  const WorkloadFiles files;
  files.directory.write("other.yaml", "accelerator: {name: other}\nenergy: parts/table.yaml\n");
  files.directory.write("map.csv", "x");
  std::string profile = kProfile;
  files.directory.write("volts.yaml", profile.replace(profile.find("Vmin"), 4, "V"));
  Overrides overrides;
  overrides.accelerator = files.directory / "other.yaml";
  overrides.memory_profile = files.directory / "volts.yaml";
  overrides.fault_map = files.directory / "map.csv";
  const WorkloadConfig config = files.load(overrides);
  EXPECT_EQ(config.accelerator.name, "other");
  EXPECT_EQ(config.memory.weight_sram().profile->data().unit, memory::VoltageUnit::kVolts);
  EXPECT_THAT(config.memory.weight_sram().chip.maps,
              testing::ElementsAre(files.directory / "map.csv"));
}

// A memory file may say what its chips are. The workload's own chip goes first, but not before a
// file that the command line names.
TEST(Overrides, TheChipOfAMemoryFileIsTakenWhereTheWorkloadHasNoneOrAnOptionNamesTheFile) {
  const WorkloadFiles files;
  files.directory.write("map.csv", "x");
  const auto weak =
      files.directory.write("weak.yaml", std::string(kProfile) + "chip: {kind: stuck, seed: 3}\n");
  files.directory.write("parts/profile.yaml",
                        std::string(kProfile) + "chip: {kind: stuck, seed: 2}\n");
  const auto seed = [&](const Overrides& overrides) {
    return files.load(overrides).memory.weight_sram().chip.seed;
  };
  Overrides memory, map, set, both;
  memory.memory_profile = weak;
  map.memory_profile = weak;
  map.fault_map = files.directory / "map.csv";
  set.set = {"memory.profile=weak.yaml"};
  both.memory_profile = weak;
  both.set = {"memory.chip.seed=9"};
  EXPECT_EQ(seed({}), 7u);
  EXPECT_EQ(seed(memory), 3u);
  EXPECT_EQ(seed(set), 3u);
  EXPECT_EQ(seed(both), 9u);
  EXPECT_TRUE(files.load(both).memory.weight_sram().chip.mixture.stuck);
  EXPECT_TRUE(files.load(map).memory.weight_sram().chip.measured());
  files.edit("w.yaml", "  chip: {generator: iid, kind: flip, seed: 7}\n", "");
  EXPECT_EQ(seed({}), 2u);
  EXPECT_EQ(seed(memory), 3u);
  files.directory.write("parts/profile.yaml", std::string(kProfile) + "chip: {kind: soft}\n");
  EXPECT_EQ(files.load_error(),
            "parts/profile.yaml:10: chip.kind: 'soft' is not one of flip, stuck");
}

TEST(Overrides, MissingFileOfAnOptionNamesTheOption) {
  const WorkloadFiles files;
  Overrides accelerator, profile, map;
  accelerator.accelerator = "gone.yaml";
  profile.memory_profile = "gone.yaml";
  map.fault_map = "gone.csv";
  EXPECT_EQ(files.load_error(accelerator), "--accelerator: no such file: gone.yaml");
  EXPECT_EQ(files.load_error(profile), "--memory: no such file: gone.yaml");
  EXPECT_EQ(files.load_error(map), "--fault-map: no such file: gone.csv");
}

TEST(Overrides, DatasetOptionTakesTheStandardFilesOfADirectory) {
  const WorkloadFiles files;
  std::filesystem::remove(files.directory / "images.gz");  // the full data set does not need it
  Overrides overrides;
  overrides.dataset = files.directory / "full";
  EXPECT_EQ(files.load_error(overrides),
            "--dataset: no such file: full/t10k-images-idx3-ubyte (or .gz)");
  files.directory.write("full/t10k-images-idx3-ubyte.gz", "x");
  files.directory.write("full/t10k-labels-idx1-ubyte", "x");
  const DatasetConfig dataset = files.load(overrides).dataset;
  EXPECT_EQ(dataset.images, files.directory / "full/t10k-images-idx3-ubyte.gz");
  EXPECT_EQ(dataset.labels, files.directory / "full/t10k-labels-idx1-ubyte");

  files.edit("w.yaml", "{format: mnist_idx, images: images.gz, labels: labels.gz}",
             "{format: cifar10_binary, batches: [a.bin, b.bin]}");
  EXPECT_EQ(files.load_error(overrides), "--dataset: no such file: full/test_batch.bin");
  files.directory.write("full/test_batch.bin", "x");
  EXPECT_THAT(files.load(overrides).dataset.batches,
              testing::ElementsAre(files.directory / "full/test_batch.bin"));
}

}  // namespace
}  // namespace brownout::config

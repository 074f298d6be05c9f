// The workload file as a whole.
#include "sim/config/workload_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/config/workload_files.hpp"

namespace brownout::config {
namespace {

using testing::StartsWith;

struct Case {
  std::string from, to, message;
};

TEST(WorkloadConfig, EverySectionReachesItsValues) {
  const WorkloadFiles files;
  const WorkloadConfig config = files.load();
  EXPECT_EQ(config.name, "test");
  EXPECT_EQ(config.network, files.directory / "net.onnx");
  EXPECT_EQ(config.dataset.format, DatasetFormat::kMnistIdx);
  EXPECT_EQ(config.dataset.images, files.directory / "images.gz");
  EXPECT_EQ(config.preprocess.scale, 0.5F);
  EXPECT_EQ(config.preprocess.mean, std::vector<float>{0.25});
  EXPECT_EQ(config.preprocess.std, std::vector<float>{2});
  EXPECT_EQ(config.accelerator.array.rows, 16);
  EXPECT_EQ(config.energy_table.name(), "cmos-22nm");
  EXPECT_EQ(config.memory.weight_sram().profile->data().name, "test-profile");
  EXPECT_EQ(config.operating_point.voltage(hardware::OnChipMemory::kWeightSram).text(), "0.85");
  EXPECT_EQ(config.operating_point.logic_volts, 0.8);
  EXPECT_EQ(config.sweep.voltages.size(), 6U);
  EXPECT_EQ(config.sweep.chips, 3);
  EXPECT_EQ(config.run.batch, 10);
  EXPECT_EQ(config.run.seed, 5U);
  EXPECT_EQ(config.run.images, std::nullopt);
}

TEST(WorkloadConfig, AllMissingKeysAreTold) {
  const WorkloadFiles files;
  files.edit("w.yaml", "  network: net.onnx\n", "");
  files.edit("w.yaml", "  profile: parts/profile.yaml\n", "");
  EXPECT_EQ(files.load_error(),
            "w.yaml:1: these keys are missing: workload.network (below line 1), memory.profile "
            "(below line 6)");
  files.directory.write("w.yaml", "run: {seed: 1}\n");
  EXPECT_EQ(files.load_error(),
            "w.yaml:1: these keys are missing: workload.name, workload.network, workload.dataset, "
            "accelerator, memory.profile");
  files.directory.write("parts/profile.yaml", "memory_profile: {name: x}\n");
  files.directory.write("w.yaml", kWorkload);
  EXPECT_EQ(files.load_error(),
            "parts/profile.yaml:1: memory_profile: the keys source, unit, error_free_voltage, "
            "reference_voltage, rows are missing");
}

TEST(WorkloadConfig, OptionalSectionsHaveDefaults) {
  const WorkloadFiles files;
  files.edit("w.yaml", "operating_point: {weight_sram: 0.85}\n", "");
  files.edit("w.yaml", "sweep: {voltages: \"1.00:0.75:0.05\", chips: 3}\n", "");
  files.edit("w.yaml", "run: {batch: 10, seed: 5}\n", "");
  files.edit("w.yaml", "  preprocess: {scale: 0.5, mean: [0.25], std: [2]}\n", "");
  files.edit("w.yaml", "  chip: {generator: iid, kind: flip, seed: 7}\n", "");
  const WorkloadConfig config = files.load();
  EXPECT_EQ(config.operating_point.voltage(hardware::OnChipMemory::kWeightSram).text(),
            "1");                                    // error-free
  EXPECT_EQ(config.preprocess.scale, std::nullopt);  // 1/255 for pixels
  EXPECT_EQ(config.sweep.chips, 10);
  EXPECT_EQ(config.run.batch, 100);
  EXPECT_EQ(config.run.seed, 0U);
  EXPECT_FALSE(config.memory.weight_sram().chip.mixture.stuck);
  EXPECT_THAT(error_of([&] { check_sweep(config); }),
              testing::HasSubstr("sweep.voltages: no voltages are given"));
}

TEST(WorkloadConfig, OriginOfTheNetworkIsRecordedWhereItIsGiven) {
  const WorkloadFiles files;
  const auto recorded = [&] {
    const auto entries = resolved_configuration(files.load());
    const std::map<std::string, std::string> values(entries.begin(), entries.end());
    return values.contains("workload.made_by") ? values.at("workload.made_by") : "nothing";
  };
  EXPECT_EQ(recorded(), "nothing");
  files.edit("w.yaml", "network: net.onnx", "network: net.onnx\n  made_by: make net");
  EXPECT_EQ(recorded(), "make net");
}

TEST(WorkloadConfig, CodesOfTheInputAreRecordedWhereTheyAreGiven) {
  const WorkloadFiles files;
  EXPECT_FALSE(files.load().input.has_value());
  files.edit("w.yaml", "network: net.onnx",
             "network: net.onnx\n  input: {scale: 0.1, bits: 4, signed: true, zero_point: -8}");
  const WorkloadConfig config = files.load();
  EXPECT_EQ(config.input->scale, 0.1F);
  EXPECT_EQ(config.input->bits, 4);
  EXPECT_EQ(config.input->zero_point, -8);
  EXPECT_TRUE(config.input->is_signed);
  const auto entries = resolved_configuration(config);
  const std::map<std::string, std::string> values(entries.begin(), entries.end());
  EXPECT_EQ(values.at("workload.input.scale"), "0.1");
  EXPECT_EQ(values.at("workload.input.zero_point"), "-8");
  EXPECT_EQ(values.at("workload.input.bits"), "4");
  EXPECT_EQ(values.at("workload.input.signed"), "true");
}

TEST(WorkloadConfig, InputFilesAreListedOnceEach) {
  const WorkloadFiles files;
  const auto& d = files.directory;
  EXPECT_THAT(files.load().input_files,
              testing::ElementsAre(d / "w.yaml", d / "parts/accelerator.yaml",
                                   d / "parts/table.yaml", d / "parts/profile.yaml", d / "net.onnx",
                                   d / "images.gz", d / "labels.gz"));
}

TEST(WorkloadConfig, MistakesAreFoundWithFileAndLine) {
  const Case cases[] = {
      {"network: net.onnx", "network: gone.onnx",
       "w.yaml:3: workload.network: no such file: gone.onnx"},
      {"network: net.onnx", "network: gone.onnx\n  made_by: make net",
       "w.yaml:3: workload.network: no such file: gone.onnx (made by: make net)"},
      {"network: net.onnx", "network: net.onnx\n  made_by: [make, net]",
       "w.yaml:4: workload.made_by: must be text, is a list"},
      {"network: net.onnx", "network: net.onnx\n  input: {scale: -1}",
       "w.yaml:4: workload.input.scale: must be above 0"},
      {"network: net.onnx", "network: net.onnx\n  input: {bits: 4}",
       "w.yaml:4: workload.input: the key scale is missing"},
      {"network: net.onnx", "network: net.onnx\n  input: {scale: 1, bits: 4, zero_point: 16}",
       "w.yaml:4: workload.input.zero_point: 16 is not in 0..15"},
      {"network: net.onnx", "network: parts",
       "w.yaml:3: workload.network: is a directory, not a file: parts"},
      {"network: net.onnx", "netwrok: net.onnx",
       "w.yaml:3: workload.netwrok: unknown key, did you mean network?"},
      {"  network: net.onnx\n", "", "w.yaml:1: workload: the key network is missing"},
      {"images: images.gz", "images: gone.gz",
       "w.yaml:4: workload.dataset.images: no such file: gone.gz"},
      {", labels: labels.gz", "", "w.yaml:4: workload.dataset: the key labels is missing"},
      {"format: mnist_idx", "format: mnist",
       "w.yaml:4: workload.dataset.format: 'mnist' is not one of mnist_idx, cifar10_binary"},
      {"format: mnist_idx", "format: cifar10_binary",
       "w.yaml:4: workload.dataset.images: unknown key; known are format, batches"},
      {"{format: mnist_idx, images: images.gz, labels: labels.gz}",
       "{format: cifar10_binary, batches: []}",
       "w.yaml:4: workload.dataset.batches: names no file"},
      {"{format: mnist_idx, images: images.gz, labels: labels.gz}",
       "{format: cifar10_binary, batches: [net.onnx, gone.bin]}",
       "w.yaml:4: workload.dataset.batches[1]: no such file: gone.bin"},
      {"std: [2]", "std: [0]", "w.yaml:5: workload.preprocess.std[0]: must be above 0"},
      {"mean: [0.25]", "mean: []", "w.yaml:5: workload.preprocess.mean: needs one number"},
      {"mean: [0.25]", "mean: 0.25", "w.yaml:5: workload.preprocess.mean: must be a list"},
      {"accelerator: parts/accelerator.yaml", "accelerator: gone.yaml",
       "w.yaml:6: accelerator: no such file: gone.yaml"},
      {"accelerator: parts/accelerator.yaml\n", "", "w.yaml:1: the key accelerator is missing"},
      {"profile: parts/profile.yaml", "profile: gone.yaml",
       "w.yaml:8: memory.profile: no such file: gone.yaml"},
      {"{weight_sram: 0.85}", "{weight_sram: \"0.85\"}",
       "w.yaml:12: operating_point.weight_sram: \"0.85\" is text in quotes"},
      {"{weight_sram: 0.85}", "{weight_sram: 0.85, logic: 0}",
       "w.yaml:12: operating_point.logic: 0 is not above 0"},
      {"{weight_sram: 0.85}", "{weight_sram: 0.85, logic: 850}",
       "w.yaml:12: operating_point.logic: 850 is above "},
      {"{weight_sram: 0.85}", "{weight_sram:0.85}",
       "w.yaml:12: operating_point.weight_sram:0.85: a blank is missing behind the colon: write "
       "weight_sram: 0.85"},
      {"chip: {generator: iid, kind: flip, seed: 7}", "chip: {map: parts}",
       "w.yaml:9: memory.chip.map: is a directory, not a file: parts; its files are 'parts/*'"},
      {"1.00:0.75:0.05", "1.00:0.75:0", "w.yaml:13: sweep.voltages: \"0\" is not above 0"},
      {"chips: 3", "chips: 0", "w.yaml:13: sweep.chips: 0 is not in 1..2147483647"},
      {"batch: 10", "batch: 0", "w.yaml:14: run.batch: 0 is not in 1..100000"},
      {"seed: 5", "seed: 5, images: 0", "w.yaml:14: run.images: 0 is not in 1..2147483647"},
      {"run: {", "run: 5\nrun: {", "w.yaml:15: run: duplicate key, first given in line 14"},
      {"run: {batch: 10, seed: 5}", "run: fast",
       "w.yaml:14: run: must be a map with the keys batch, seed, images; is a single value"},
  };
  for (const Case& bad : cases) {
    const WorkloadFiles files;
    files.edit("w.yaml", bad.from, bad.to);
    const std::string error = files.load_error();
    EXPECT_THAT(error, StartsWith(bad.message)) << bad.to;
    EXPECT_EQ(error.find('\n'), std::string::npos);
  }
}

TEST(WorkloadConfig, WorkloadThatIsNotThereOrEmptyIsAnError) {
  EXPECT_EQ(error_of([] { load_workload("gone.yaml"); }), "no such file: gone.yaml");
  const WorkloadFiles files;
  files.directory.write("w.yaml", "");
  EXPECT_EQ(files.load_error(), "w.yaml:1: the file is empty");
}

TEST(WorkloadConfig, VoltagesOutsideTheProfileAreFoundByTheCommandThatUsesThem) {
  const WorkloadFiles files;
  files.edit("w.yaml", "weight_sram: 0.85", "weight_sram: 0.7");
  files.edit("w.yaml", "1.00:0.75:0.05", "1.00:0.70:0.05");
  const WorkloadConfig config = files.load();
  EXPECT_THAT(error_of([&] { check_operating_point(config); }),
              testing::HasSubstr("w.yaml:12: operating_point.weight_sram: voltage 0.7 is below"));
  EXPECT_THAT(error_of([&] { check_sweep(config); }),
              testing::HasSubstr("w.yaml:13: sweep.voltages: voltage 0.7 is below"));
  const WorkloadConfig slipped =
      files.load_with({"operating_point.weight_sram=850", "sweep.voltages=[1, 850]"});
  EXPECT_EQ(error_of([&] { check_operating_point(slipped); }),
            "--set operating_point.weight_sram: voltage 850 is above 2 Vmin, 2 x the reference "
            "voltage of the profile test-profile");
  EXPECT_THAT(error_of([&] { check_sweep(slipped); }), testing::HasSubstr("850 is above 2 Vmin"));
  const WorkloadConfig covered =
      files.load_with({"operating_point.weight_sram=0.75", "sweep.voltages=1,0.75"});
  EXPECT_NO_THROW(check_operating_point(covered));
  EXPECT_NO_THROW(check_sweep(covered));
}

TEST(WorkloadConfig, PartsMayStandInTheWorkloadItself) {
  const WorkloadFiles files;
  files.edit("w.yaml", "accelerator: parts/accelerator.yaml",
             "accelerator: {array: {rows: 4, columns: 4}}\nenergy: parts/table.yaml");
  EXPECT_EQ(files.load().accelerator.array.rows, 4);
}

TEST(WorkloadConfig, EnergyOfTheWorkloadGoesBeforeTheAccelerators) {
  const WorkloadFiles files;
  files.directory.write("own.yaml", [] {
    std::string text = energy_table_text();
    return text.replace(text.find("name: cmos-22nm"), 15, "name: own");
  }());
  files.edit("w.yaml", "run:", "energy: own.yaml\nrun:");
  EXPECT_EQ(files.load().energy_table.name(), "own");
}

TEST(WorkloadConfig, SweepVoltagesMayBeAList) {
  const WorkloadFiles files;
  files.edit("w.yaml", "\"1.00:0.75:0.05\"", "[1.0, 0.9, 0.8]");
  EXPECT_EQ(files.load().sweep.voltages.size(), 3U);
}

TEST(ResolvedConfiguration, HasEveryKeyWithItsValueInForce) {
  const WorkloadFiles files;
  const auto entries = resolved_configuration(
      files.load_with({"accelerator.clock_hz=123456789.125", "memory.chip.kind=stuck",
                       "workload.preprocess.mean=[0.4914]"}));
  std::map<std::string, std::string> values;
  for (const auto& [key, value] : entries) {
    EXPECT_TRUE(values.emplace(key, value).second) << key << " twice";
  }
  EXPECT_EQ(values.at("workload.name"), "test");
  EXPECT_EQ(values.at("accelerator.clock_hz"), "123456789.125");
  EXPECT_EQ(values.at("workload.preprocess.mean"), "[0.4914]");
  EXPECT_EQ(values.at("accelerator.vector_unit.lanes"), "32");  // a default
  EXPECT_EQ(values.at("accelerator.placement"), "streaming");
  EXPECT_EQ(values.at("memory.chip.kind"), "stuck");
  EXPECT_EQ(values.at("memory.chip.stuck_at_0_share"), "0.5");
  EXPECT_EQ(values.at("memory.encoding"), "twos_complement");
  EXPECT_EQ(values.at("energy.events.weight_sram_read.joules_per_bit"), "5.43e-14");
  EXPECT_EQ(values.at("energy.leakage.array.watts_per_pe"), "1.56e-06");
  EXPECT_EQ(values.at("operating_point.weight_sram"), "0.85");
  EXPECT_EQ(values.at("sweep.voltages"), "[1, 0.95, 0.9, 0.85, 0.8, 0.75]");
  EXPECT_EQ(values.at("run.images"), "all");
}

TEST(ResolvedConfiguration, ListsTheAcceleratorKeyByKey) {
  const WorkloadFiles files;
  const auto entries = resolved_configuration(files.load_with(
      {"accelerator={name: a, clock_hz: 2e6, array: {rows: 2, columns: 3}, weight_prefetch: true, "
       "accumulator: {bits: 24, depth: 5}, "
       "weight_sram: {capacity_kib: 6, banks: 1, word_bits: 16, column_mux: 2}, "
       "activation_sram: {capacity_kib: 8, banks: 4, word_bits: 64, column_mux: 1}, "
       "placement: restart_per_layer, vector_unit: {lanes: 9}, "
       "dram: {bytes_per_cycle: 10, latency_cycles: 11, burst_bytes: 12}}",
       "energy=parts/table.yaml"}));
  std::vector<std::string> lines;
  for (const auto& [key, value] : entries) {
    if (key.starts_with("accelerator.")) lines.push_back(key.substr(12) + "=" + value);
  }
  const std::vector<std::string> expected = {"name=a",
                                             "clock_hz=2e+06",
                                             "dataflow=weight_stationary",
                                             "array.rows=2",
                                             "array.columns=3",
                                             "weight_prefetch=true",
                                             "accumulator.bits=24",
                                             "accumulator.depth=5",
                                             "accumulator.overflow=wrap",
                                             "weight_sram.capacity_kib=6",
                                             "weight_sram.banks=1",
                                             "weight_sram.word_bits=16",
                                             "weight_sram.column_mux=2",
                                             "activation_sram.capacity_kib=8",
                                             "activation_sram.banks=4",
                                             "activation_sram.word_bits=64",
                                             "activation_sram.column_mux=1",
                                             "placement=restart_per_layer",
                                             "vector_unit.lanes=9",
                                             "dram.bytes_per_cycle=10",
                                             "dram.latency_cycles=11",
                                             "dram.burst_bytes=12"};
  EXPECT_EQ(lines, expected);
}

TEST(ResolvedConfiguration, FedBackAsSetChangesNothing) {
  const WorkloadFiles files;
  const auto entries = resolved_configuration(files.load());
  std::vector<std::string> set;
  for (const auto& [key, value] : entries) {
    const bool is_path = key == "workload.network" || key == "workload.dataset.images" ||
                         key == "workload.dataset.labels";
    const bool is_text = key.ends_with(".source") || key.ends_with(".node") ||
                         key.ends_with(".date") || key == "sweep.voltages";
    if (is_path || value == "all") continue;
    set.push_back(key + "=" + (is_text && value.front() != '[' ? "\"" + value + "\"" : value));
  }
  EXPECT_EQ(resolved_configuration(files.load_with(set)), entries);
}

}  // namespace
}  // namespace brownout::config

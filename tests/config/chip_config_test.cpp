// `memory.chip`: generators with their parameters, measured maps, defects.
#include "sim/config/memory_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "tests/config/workload_files.hpp"

namespace brownout::config {
namespace {

struct Case {
  std::string from, to, message;
};

TEST(ChipConfig, ChipIsGeneratedOrMeasuredButNotBoth) {
  const std::string chip = "{generator: iid, kind: flip, seed: 7}";
  const Case cases[] = {
      {chip, "{map: gone.csv}", "w.yaml:9: memory.chip.map: no such file: gone.csv"},
      {chip, "{map: net.onnx, kind: flip}", "w.yaml:9: memory.chip: a chip has either a map or"},
      {chip, "{map: net.onnx, seed: 1}",
       "w.yaml:9: memory.chip.seed: a map draws nothing without defects"},
      {chip, "{map: net.onnx, sigma_read: 0.1}",
       "w.yaml:9: memory.chip: a chip has either a map or"},
      {chip, "{sigma_read: -0.001}", "w.yaml:9: memory.chip.sigma_read: -0.001 is not in 0..1000"},
      {chip, "{sigma_read: 1 mV}", "w.yaml:9: memory.chip.sigma_read: \"1 mV\" is not"},
      {chip, "{stack: net.onnx}", "w.yaml:9: memory.chip.stack: must be a list"},
      {chip, "{stack: [net.onnx, gone.csv]}",
       "w.yaml:9: memory.chip.stack[1]: no such file: gone.csv"},
      {chip, "{defects: 0.1}", "w.yaml:9: memory.chip.defects: must be a map with the keys"},
      {chip, "{defects: {}}", "w.yaml:9: memory.chip.defects: the key rate is missing"},
      {chip, "{defects: {rate: 1.5}}", "w.yaml:9: memory.chip.defects.rate: 1.5 is not in 0..1"},
      {chip, "{defects: {rate: 0.1, stuck_at_0_share: -1}}",
       "w.yaml:9: memory.chip.defects.stuck_at_0_share: -1 is not in 0..1"},
      {chip, "{defects: {rate: 0.1, kind: flip}}",
       "w.yaml:9: memory.chip.defects.kind: unknown key"},
      {chip, "{map: net.onnx, generator: iid}",
       "w.yaml:9: memory.chip: a chip has either a map or"},
      {chip, "{map: net.onnx, fold: squeeze}",
       "w.yaml:9: memory.chip.fold: 'squeeze' is not one of crop, tile"},
      {chip, "{map: net.onnx, offsets: [[0, 0, 0]]}",
       "w.yaml:9: memory.chip.offsets: needs the key fold"},
      {chip, "{map: net.onnx, fold: tile, offsets: []}",
       "w.yaml:9: memory.chip.offsets: names no offset"},
      {chip, "{map: net.onnx, fold: tile, offsets: [[0, 1]]}",
       "w.yaml:9: memory.chip.offsets[0]: an offset is [bank, row, column]"},
      {chip, "{map: net.onnx, fold: tile, offsets: [[0, 1, 4294967296]]}",
       "w.yaml:9: memory.chip.offsets[0]: an offset is [bank"},
      {chip, "{map: net.onnx, fold: tile, offsets: [[0, 1, 2], [0, 1, 2]]}",
       "w.yaml:9: memory.chip.offsets[1]: the offset bank 0, row 1, column 2 stands there twice"},
      {chip, "{map: net.onnx, fold: tile, offset: [0, 1, 2]}",
       "w.yaml:9: memory.chip.offset: unknown key, did you mean offsets?"},
      {chip, "{map: net.onnx, extra_cells: none}",
       "w.yaml:9: memory.chip.extra_cells: 'none' is not one of error_free, generated"},
      {chip, "{map: net.onnx, extra_cells: {defects: {rate: 0.1}}}",
       "w.yaml:9: memory.chip.extra_cells: extra cells are generated"},
      {chip, "{map: net.onnx, shift: high}", "w.yaml:9: memory.chip.shift"},
      {chip, "{map: net.onnx, shift: 1e-1}",
       "w.yaml:9: memory.chip.shift: \"1e-1\" is not a voltage"},
      {chip, "{generator: gaussian}",
       "w.yaml:9: memory.chip.generator: 'gaussian' is not one of iid, gaussian_vmin, "
       "bitline_vmin"},
      {"kind: flip", "mu: 0.7", "w.yaml:9: memory.chip.mu: unknown key"},
      {chip, "{generater: iid}",
       "w.yaml:9: memory.chip.generater: unknown key, did you mean generator?"},
      {chip, "iid", "w.yaml:9: memory.chip: must be a map with the keys"},
      {"kind: flip", "kind: stuck_at", "w.yaml:9: memory.chip.kind: 'stuck_at' is not one of"},
      {"kind: flip", "polarity: bitline",
       "w.yaml:9: memory.chip.polarity: bitline needs kind: stuck; a flip goes both ways"},
      {"kind: flip", "kind: stuck, polarity: row",
       "w.yaml:9: memory.chip.polarity: 'row' is not one of cell, bitline"},
      {"kind: flip", "kind: stuck, cells_per_bitline: 64",
       "w.yaml:9: memory.chip.cells_per_bitline: unknown key"},
      {"kind: flip", "kind: stuck, polarity: bitline, cells_per_bitline: 0",
       "w.yaml:9: memory.chip.cells_per_bitline: 0 is not an integer above 0"},
      {chip, "{map: net.onnx, polarity: cell}",
       "w.yaml:9: memory.chip: a chip has either a map or"},
      {chip, "{map: net.onnx, defects: {rate: 0.1}, cells_per_bitline: 64}",
       "w.yaml:9: memory.chip.cells_per_bitline: unknown key"},
      {"kind: flip", "stuck_at_0_share: 1.5",
       "w.yaml:9: memory.chip.stuck_at_0_share: 1.5 is not in 0..1"},
      {"seed: 7", "seed: -7", "w.yaml:9: memory.chip.seed: \"-7\" is not an integer of 0 to"},
      {"encoding: twos_complement", "encoding: grey",
       "w.yaml:10: memory.encoding: \"grey\" is not an encoding: twos_complement, offset_binary, "
       "sign_magnitude, gray"},
      {"mitigations: []", "mitigations: [luck]",
       "w.yaml:11: memory.mitigations[0]: \"luck\" is not a mitigation: parity, secded, "
       "hamming, bch_dec, in_place_secded, faq, "},  // and others
      {"mitigations: []", "mitigations: {secded: {bits: 8}}",
       "w.yaml:11: memory.mitigations.secded.bits: unknown key"},
      {"mitigations: []", "mitigations: {secded: {on_uncorrectable: stop}}",
       "w.yaml:11: memory.mitigations.secded.on_uncorrectable: \"stop\" is not one of keep, zero"},
      {"mitigations: []", "mitigations: [parity, secded]",
       "w.yaml:11: memory.mitigations[1]: one word code at a time: parity stands there, too"},
      {"mitigations: []", "mitigations: [secded, secded]",
       "w.yaml:11: memory.mitigations[1]: \"secded\" stands there twice"},
      {"mitigations: []", "mitigations: {rotate: {}, bit_flip: {}}",
       "w.yaml:11: memory.mitigations.bit_flip: needs cells that are stuck: memory.chip.kind is"},
      {"mitigations: []", "mitigations: {rotate: {flags: none}}",
       "w.yaml:11: memory.mitigations.rotate.flags: \"none\" is not one of failing, error_free"},
      {"mitigations: []", "mitigations: {sign_flip: {per: slice}}",
       "w.yaml:11: memory.mitigations.sign_flip.per: \"slice\" is not one of word, column"},
      {"mitigations: []", "mitigations: {bit_flip: {per: slice, flags: failing}}",
       "w.yaml:11: memory.mitigations.bit_flip.flags: is of flags beside words: those of a slice"},
      {"mitigations: []", "mitigations: {bit_flip: {per: slice}}",
       "w.yaml:11: memory.mitigations.bit_flip: needs cells that are stuck"},
      {"mitigations: []", "mitigations: {secded: {on_uncorrectable: refetch}, rotate: {}}",
       "w.yaml:11: memory.mitigations: on_uncorrectable: refetch goes without sign_flip"},
      {"mitigations: []", "mitigations: {rotate: {program_at: 0.01}}",
       "w.yaml:11: memory.mitigations.rotate.program_at: voltage 0.01 is below the range"},
      {"mitigations: []", "mitigations: {clamp_weights: {images: 0}}",
       "w.yaml:11: memory.mitigations.clamp_weights.images: unknown key; there are none"},
      {"mitigations: []", "mitigations: {clamp_activations: {images: 0}}",
       "w.yaml:11: memory.mitigations.clamp_activations.images: 0 is not in 1..2147483647"},
      {"mitigations: []", "mitigations: [faq]",
       "w.yaml:11: memory.mitigations[0]: needs cells that are stuck: memory.chip.kind is flip"},
      {"mitigations: []", "mitigations: {spare_rows: {per_bank: 0}}",
       "w.yaml:11: memory.mitigations.spare_rows.per_bank: 0 is not in 1..256"},
      {"mitigations: []",
       "mitigations: {spare_columns: {program_at: 0.8}, bit_mask: {program_at: 0.9}}",
       "w.yaml:11: memory.mitigations.bit_mask.program_at: cells are known at one voltage, 0.8 "
       "stands above"},
      {"mitigations: []", "mitigations: secded",
       "w.yaml:11: memory.mitigations: must be a list, is a single value"},
      {"  profile: parts/profile.yaml\n", "", "w.yaml:7: memory: the key profile is missing"},
  };
  for (const Case& bad : cases) {
    const WorkloadFiles files;
    files.edit("w.yaml", bad.from, bad.to);
    EXPECT_THAT(files.load_error(), testing::StartsWith(bad.message)) << bad.to;
  }
}

TEST(ChipConfig, EveryGeneratorTellsWhatIsWrongWithItsParameters) {
  const std::string chip = "{generator: iid, kind: flip, seed: 7}";
  const Case cases[] = {
      {chip, "{generator: gaussian_vmin, sigma: 0.05}",
       "w.yaml:9: memory.chip: the key mu is missing"},
      {chip, "{generator: gaussian_vmin, mu: 0.7, sigma: 0}",
       "w.yaml:9: memory.chip.sigma: 0 is not above 0"},
      {chip, "{generator: gaussian_vmin, mu: 0.7, sigma: 0.05, sigma_cel: 0.05}",
       "w.yaml:9: memory.chip.sigma_cel: unknown key, did you mean sigma_die?"},
      {chip, "{generator: gaussian_vmin, mu: 0.7, sigma: 0.05, sigma_bitline: 0.03}",
       "w.yaml:9: memory.chip.sigma_bitline: unknown key"},
      {chip, "{generator: bitline_vmin, mu: 0.4, sigma_bitline: 0.03, sigma: 0.02}",
       "w.yaml:9: memory.chip.sigma: unknown key"},
      {chip, "{generator: bitline_vmin, mu: 0.4, sigma_cell: 0.02}",
       "w.yaml:9: memory.chip: the key sigma_bitline is missing"},
      {chip, "{generator: bitline_vmin, mu: 0.4, sigma_bitline: -0.03, sigma_cell: 0.02}",
       "w.yaml:9: memory.chip.sigma_bitline: -0.03 is not 0 or above"},
      {chip,
       "{generator: bitline_vmin, mu: 0.4, sigma_bitline: 0, sigma_cell: 0.02, "
       "cells_per_bitline: 2.5}",
       "w.yaml:9: memory.chip.cells_per_bitline: 2.5 is not an integer above 0"},
      {chip,
       "{generator: bitline_vmin, mu: 0.4, sigma_bitline: 0, sigma_cell: 0.02, "
       "cells_per_bitline: 0}",
       "w.yaml:9: memory.chip.cells_per_bitline: 0 is not an integer above 0"},
      {chip, "{generator: gaussian_vmin, mu: 0.7, sigma: 0.05, cluster_rows: 0}",
       "w.yaml:9: memory.chip.cluster_rows: 0 is not an integer above 0"},
      {chip, "{generator: gaussian_vmin, mu: 0.7, sigma: 0.05, sigma_cluster: -0.01}",
       "w.yaml:9: memory.chip.sigma_cluster: -0.01 is not 0 or above"},
      {chip,
       "{generator: bitline_vmin, mu: 0.4, sigma_bitline: 0, sigma_cell: 0.02, "
       "interleaved_bitlines: 0}",
       "w.yaml:9: memory.chip.interleaved_bitlines: 0 is not an integer above 0"},
      {chip, "{generator: gaussian_vmin, mu: 1e9, sigma: 0.05}",
       "w.yaml:9: memory.chip.mu: 1e+09 is not in -1e6..1e6"},
      {chip, "{generator: gaussian_vmin, mu: \"0.7\", sigma: 0.05}",
       "w.yaml:9: memory.chip.mu: \"0.7\" is text in quotes"},
  };
  for (const Case& bad : cases) {
    const WorkloadFiles files;
    files.edit("w.yaml", bad.from, bad.to);
    EXPECT_THAT(files.load_error(), testing::StartsWith(bad.message)) << bad.to;
  }
}

// The entries of a resolved configuration that begin with memory.chip.
std::vector<std::string> chip_lines(const WorkloadConfig& config) {
  std::vector<std::string> lines;
  for (const auto& [key, value] : resolved_configuration(config)) {
    if (key.starts_with("memory.chip.")) lines.push_back(key.substr(12) + ": " + value);
  }
  return lines;
}

TEST(ChipConfig, ResolvedConfigurationListsTheGeneratorsParameters) {
  const std::string chip = "{generator: iid, kind: flip, seed: 7}";
  const std::tuple<std::string, std::vector<std::string>> cases[] = {
      {chip,
       {"generator: iid", "kind: flip", "stuck_at_0_share: 0.5", "polarity: cell", "seed: 7"}},
      {"{generator: gaussian_vmin, mu: 0.712, sigma: 0.0554, mu_shift: -0.01}",
       {"generator: gaussian_vmin", "mu: 0.712", "sigma: 0.0554", "sigma_cluster: 0",
        "sigma_die: 0", "mu_shift: -0.01", "kind: flip", "stuck_at_0_share: 0.5", "polarity: cell",
        "seed: 0"}},
      {"{generator: bitline_vmin, mu: 0.3908, sigma_bitline: 0.0293, sigma_cell: 0.025, "
       "sigma_row: 0.001, sigma_die: 0.01, cells_per_bitline: 512, interleaved_bitlines: 2, "
       "sigma_cluster: 0.002, cluster_rows: 16, cluster_columns: 4, kind: stuck, "
       "stuck_at_0_share: 1, seed: 3}",
       {"generator: bitline_vmin", "mu: 0.3908", "sigma_bitline: 0.0293", "sigma_cell: 0.025",
        "cells_per_bitline: 512", "interleaved_bitlines: 2", "sigma_row: 0.001",
        "sigma_cluster: 0.002", "cluster_rows: 16", "cluster_columns: 4", "sigma_die: 0.01",
        "mu_shift: 0", "kind: stuck", "stuck_at_0_share: 1", "polarity: cell", "seed: 3"}},
      {"{generator: bitline_vmin, mu: 0.3908, sigma_bitline: 0, sigma_cell: 0.025}",
       {"generator: bitline_vmin", "mu: 0.3908", "sigma_bitline: 0", "sigma_cell: 0.025",
        "sigma_row: 0", "sigma_cluster: 0", "sigma_die: 0", "mu_shift: 0", "kind: flip",
        "stuck_at_0_share: 0.5", "polarity: cell", "seed: 0"}},
      {"{kind: stuck, polarity: bitline, cells_per_bitline: 64, seed: 7}",
       {"generator: iid", "cells_per_bitline: 64", "kind: stuck", "stuck_at_0_share: 0.5",
        "polarity: bitline", "seed: 7"}},
      {"{generator: gaussian_vmin, mu: 0.7, sigma: 0.05, kind: stuck, polarity: bitline, "
       "interleaved_bitlines: 2, defects: {rate: 0.1, polarity: bitline}}",
       {"generator: gaussian_vmin", "mu: 0.7", "sigma: 0.05", "sigma_cluster: 0", "sigma_die: 0",
        "mu_shift: 0", "interleaved_bitlines: 2", "kind: stuck", "stuck_at_0_share: 0.5",
        "polarity: bitline", "seed: 0", "defects.rate: 0.1", "defects.stuck_at_0_share: 0.5",
        "defects.polarity: bitline"}},
  };
  for (const auto& [text, expected] : cases) {
    const WorkloadFiles files;
    files.edit("w.yaml", chip, text);
    EXPECT_EQ(chip_lines(files.load()), expected) << text;
  }
}

TEST(ChipConfig, AKindAloneIsThatOfIndependentCells) {
  const WorkloadFiles files;
  files.edit("w.yaml", "{generator: iid, kind: flip, seed: 7}", "{kind: stuck}");
  const FaultyMemory memory = files.load().memory.weight_sram();
  EXPECT_EQ(memory.chip.generator->name, "iid");
  EXPECT_TRUE(memory.chip.mixture.stuck);
}

TEST(ChipConfig, AnyChipMayHaveDefectsAndMapsLaidOverIt) {
  const std::string chip = "{generator: iid, kind: flip, seed: 7}";
  const std::string layers = "stack: [net.onnx, images.gz], defects: {rate: 0.001}";
  for (const std::string base : {"map: labels.gz", "sigma_read: 0.002", "kind: flip"}) {
    const WorkloadFiles files;
    files.edit("w.yaml", chip, "{" + base + ", " + layers + ", seed: 7}");
    const WorkloadConfig config = files.load();
    const ChipConfig& read = config.memory.weight_sram().chip;
    EXPECT_EQ(read.stack, (std::vector<std::filesystem::path>{files.directory / "net.onnx",
                                                              files.directory / "images.gz"}));
    ASSERT_TRUE(read.defects);
    EXPECT_EQ(read.defects->rate, 0.001);
    EXPECT_EQ(read.defects->stuck_at_0_share, 0.5);
    EXPECT_EQ(read.seed, 7u);
    EXPECT_EQ(read.sigma_read, base == "sigma_read: 0.002" ? 0.002 : 0);
    EXPECT_THAT(config.input_files, testing::Contains(files.directory / "images.gz"));
    const std::vector<std::string> lines = chip_lines(config);
    EXPECT_THAT(lines, testing::Contains("defects.rate: 0.001"));
    EXPECT_THAT(lines, testing::Contains("defects.stuck_at_0_share: 0.5"));
    EXPECT_THAT(lines, testing::Contains("seed: 7").Times(1));
    EXPECT_THAT(lines, testing::Contains(testing::StartsWith("stack: [")));
    EXPECT_THAT(lines, testing::Contains("sigma_read: 0.002").Times(base[0] == 's' ? 1 : 0));
  }
}

// What every table entry promises: with the least it asks for, a chip comes out of it.
TEST(ChipConfig, EveryGeneratorMakesAChipOfItsRequiredParameters) {
  for (const memory::Generator& generator : memory::generators()) {
    std::string text = "{generator: " + std::string(generator.name);
    for (const memory::GeneratorParameter& parameter : generator.parameters) {
      if (parameter.when != memory::GeneratorParameter::When::kRequired) continue;
      text += ", " + std::string(parameter.name) + ": 0.5";
    }
    const WorkloadFiles files;
    files.edit("w.yaml", "{generator: iid, kind: flip, seed: 7}", text + "}");
    const FaultyMemory memory = files.load().memory.weight_sram();
    ASSERT_EQ(memory.chip.generator, &generator);
    const auto chip =
        generator.make({{1, 8, 8}, memory.profile, memory.chip.mixture, 1}, memory.chip.parameters);
    EXPECT_THAT(chip->source(),
                testing::StartsWith("generated: " + std::string(generator.name) + " flips, "));
    EXPECT_EQ(chip->faults().size(), chip->masks_at(memory.profile->lowest()).count());
  }
}

// The generator reaches the chip with its numbers in their places.
TEST(ChipConfig, ParametersReachTheChip) {
  const WorkloadFiles files;
  files.edit("w.yaml", "{generator: iid, kind: flip, seed: 7}",
             "{generator: bitline_vmin, mu: 0.1, sigma_bitline: 0.2, sigma_cell: 0.3, "
             "cells_per_bitline: 4, sigma_row: 0.5, sigma_die: 0.6, mu_shift: 0.7, "
             "sigma_cluster: 0.8, cluster_rows: 3, cluster_columns: 5}");
  const FaultyMemory memory = files.load().memory.weight_sram();
  const memory::ChipRequest request{{1, 8, 8}, memory.profile, memory.chip.mixture, 1};
  EXPECT_THAT(memory.chip.generator->make(request, memory.chip.parameters)->source(),
              testing::HasSubstr("mu 0.1, mu_shift 0.7, sigma_die 0.6, sigma_bitline 0.2, "
                                 "sigma_row 0.5, sigma_cluster 0.8, sigma_cell 0.3, "
                                 "clusters of 3 rows x 5 columns, 4 cells a bitline, profile"));
  files.edit("w.yaml", "cells_per_bitline: 4", "interleaved_bitlines: 2, cells_per_bitline: 4");
  const FaultyMemory interleaved = files.load().memory.weight_sram();
  EXPECT_THAT(interleaved.chip.generator->make(request, interleaved.chip.parameters)->source(),
              testing::HasSubstr("4 cells a bitline, 2 bitlines interleaved, profile"));
  files.edit("w.yaml",
             "sigma_bitline: 0.2, sigma_cell: 0.3, interleaved_bitlines: 2, cells_per_bitline: 4, "
             "sigma_row: 0.5",
             "sigma: 0.4");
  files.edit("w.yaml", "bitline_vmin", "gaussian_vmin");
  const FaultyMemory gaussian = files.load().memory.weight_sram();
  EXPECT_THAT(gaussian.chip.generator->make(request, gaussian.chip.parameters)->source(),
              testing::HasSubstr("mu 0.1, mu_shift 0.7, sigma_die 0.6, sigma_cluster 0.8, "
                                 "sigma_cell 0.4, clusters of 3 rows x 5 columns, profile"));
}

TEST(ChipConfig, BitlinesOfAPolarityReachTheChipAndItsDefects) {
  const std::string chip = "{generator: iid, kind: flip, seed: 7}";
  const memory::BitlineLayout layout{.cells = 64, .interleave = 2};
  for (const std::string base :
       {"map: net.onnx", "generator: iid, kind: stuck, polarity: bitline", "kind: flip"}) {
    const WorkloadFiles files;
    files.edit("w.yaml", chip,
               "{" + base + ", cells_per_bitline: 64, interleaved_bitlines: 2, defects: " +
                   "{rate: 0.1, polarity: bitline}}");
    const ChipConfig read = files.load().memory.weight_sram().chip;
    EXPECT_EQ(read.mixture.bitlines, layout);
    EXPECT_EQ(read.defects->bitlines, layout);
    EXPECT_EQ(read.defects->polarity, memory::Polarity::kBitline);
    EXPECT_EQ(read.mixture.polarity == memory::Polarity::kBitline, base[0] == 'g');
  }
}

TEST(ChipConfig, ChipOfStuckCellsKeepsItsShareAndSeed) {
  const WorkloadFiles files;
  files.edit("w.yaml", "kind: flip", "kind: stuck, stuck_at_0_share: 0.25");
  const ChipConfig chip = files.load().memory.weight_sram().chip;
  EXPECT_TRUE(chip.mixture.stuck);
  EXPECT_EQ(chip.mixture.stuck_at_0_share, 0.25);
  EXPECT_EQ(chip.seed, 7U);
}

}  // namespace
}  // namespace brownout::config

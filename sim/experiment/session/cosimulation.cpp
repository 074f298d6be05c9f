#include "sim/experiment/session/cosimulation.hpp"

#include <string>
#include <vector>

namespace brownout::experiment {
namespace {

using accelerator::Job;
using accelerator::LoadedTile;
using accelerator::MachineRun;

std::string layer_name(const Expectation& expectation, models::NodeIndex layer) {
  return "layer " + models::node_name(expectation.network.nodes[layer]);
}

/// "layer conv1, tile 3 (k 32..63, n 0..15)"
std::string tile_name(const Expectation& expectation, hardware::FoldIndex fold) {
  const schedule::Fold& folded = expectation.program.folds[fold];
  const schedule::Tile& tile = expectation.program.tile_of(folded);
  const schedule::TileIndex first =
      expectation.program.folds_of(expectation.program.layer_of(tile)).front().tile;
  return layer_name(expectation, tile.node) + ", tile " +
         std::to_string(folded.tile.value - first.value) + " (group " + std::to_string(tile.group) +
         ", k " + std::to_string(tile.k0) + ".." + std::to_string(tile.k0 + tile.rows - 1) +
         ", n " + std::to_string(tile.n0) + ".." + std::to_string(tile.n0 + tile.columns - 1) + ")";
}

std::string expected_got(std::int64_t expected, std::int64_t got) {
  return "expected " + std::to_string(expected) + ", got " + std::to_string(got);
}

/// The first weight that the array took and the read-back does not know.
void find_wrong_weight(const std::vector<LoadedTile>& tiles, const Expectation& expectation) {
  for (const LoadedTile& loaded : tiles) {
    const schedule::Tile& tile =
        expectation.program.tile_of(expectation.program.folds[loaded.fold]);
    const auto& convolution = std::get<models::Convolution>(expectation.network.nodes[tile.node]);
    for (int row = 0; row < tile.rows; ++row) {
      for (int column = 0; column < tile.columns; ++column) {
        const int got = loaded.weights[static_cast<std::size_t>(row * tile.columns + column)];
        const std::size_t weight =
            expectation.program.weight_at(tile, {.row = row, .column = column});
        const int expected =
            expectation.readback.weights[tile.node][weight] -
            convolution.weight_zero_point(static_cast<int>(weight) / convolution.k_size());
        if (got == expected) continue;
        throw Disagreement(tile_name(expectation, loaded.fold) + ", row " + std::to_string(row) +
                           ", column " + std::to_string(column) + ": weight " +
                           expected_got(expected, got) +
                           " (expected: read-back from the fault map; got: the array)");
      }
    }
  }
}

/// What the engine's readers get of element i of a tensor that holds `written` there.
std::uint8_t as_read(const Expectation& expectation, models::TensorId id, std::size_t i,
                     std::uint8_t written) {
  if (expectation.tensor_masks.empty()) return written;
  const auto& masks = expectation.tensor_masks[static_cast<std::size_t>(id)];
  return masks.empty() ? written : masks.read(i, written);
}

/// "row 2, column 5, channel 7"
std::string element_name(const models::Shape& shape, std::size_t i) {
  const auto pixel = static_cast<std::int64_t>(i) / shape.channels;
  return "row " + std::to_string(pixel / shape.width) + ", column " +
         std::to_string(pixel % shape.width) + ", channel " +
         std::to_string(static_cast<std::int64_t>(i) % shape.channels);
}

/// "byte 1234 of the activation SRAM, bits 8 to 15 of word 154"
std::string byte_name(const schedule::TileProgram& program, models::TensorId id, std::size_t i) {
  const std::uint64_t byte = program.address_of(id) + i;
  const auto word_bytes = static_cast<unsigned>(program.spec.activation_sram.word_bits) / 8;
  const std::uint64_t first_bit = 8 * (byte % word_bytes);
  return "byte " + std::to_string(byte) + " of the activation SRAM, bits " +
         std::to_string(first_bit) + " to " + std::to_string(first_bit + 7) + " of word " +
         std::to_string(byte / word_bytes);
}

Job traced(const Job& job, models::NodeIndex layer) {
  Job again = job;
  again.trace_node = layer;
  return again;
}

/// ", summed in half 1, column 3, entry 12 of the accumulators"; nothing for layers without sums.
std::string entry_name(const schedule::TileProgram& program, models::NodeIndex layer,
                       const schedule::OutputElement& output) {
  for (const schedule::Fold& fold : program.folds_of(program.layers[layer])) {
    const auto sum = program.entry_of(fold, output);
    if (!sum) continue;
    return ", summed in half " + std::to_string(sum->half) + ", column " +
           std::to_string(sum->column) + ", entry " + std::to_string(sum->entry) +
           " of the accumulators";
  }
  return "";
}

/// The layer is replayed with its weights traced; without a wrong weight the output itself is
/// named.
[[noreturn]] void locate(accelerator::Simulator& simulator, const Job& job,
                         const Expectation& expectation, models::NodeIndex layer,
                         const std::vector<std::uint8_t>& got) {
  const MachineRun replay = simulator.run(traced(job, layer));
  find_wrong_weight(replay.loaded_tiles, expectation);
  const std::vector<std::uint8_t>& expected = expectation.layer_outputs[layer];
  const models::TensorId output = models::node_output(expectation.network.nodes[layer]);
  const models::Shape& shape = expectation.network.tensor(output).shape;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (got[i] == expected[i]) continue;
    const auto element = static_cast<std::int64_t>(i);
    const schedule::OutputElement at{.channel = static_cast<int>(element % shape.channels),
                                     .pixel = element / shape.channels};
    const bool misread = as_read(expectation, output, i, replay.written_output[i]) == expected[i];
    throw Disagreement(
        layer_name(expectation, layer) + ", output " + element_name(shape, i) + ": " +
        expected_got(expected[i], got[i]) + " (expected: engine; got: machine); " +
        (misread
             ? "written as expected, read otherwise: " + byte_name(expectation.program, output, i)
             : "all weights were read as expected" + entry_name(expectation.program, layer, at)));
  }
  throw std::logic_error("locate: called without a difference");
}

void compare_input(const Job& job, const Expectation& expectation, const MachineRun& run) {
  const models::TensorId input = expectation.network.input;
  for (std::size_t i = 0; i < run.input.size(); ++i) {
    const std::uint8_t expected = as_read(expectation, input, i, job.input[i]);
    if (run.input[i] == expected) continue;
    throw Disagreement("input, " + element_name(expectation.network.tensor(input).shape, i) + ": " +
                       expected_got(expected, run.input[i]) +
                       " (expected: engine; got: machine), read from " +
                       byte_name(expectation.program, input, i));
  }
}

accelerator::WeightFetches fetches_of(const storage::WeightDamage& layer) {
  return {layer.bits_fetched, layer.bits_wrong(), layer.codewords};
}

[[noreturn]] void name_fetches(const Expectation& expectation, models::NodeIndex layer,
                               const accelerator::WeightFetches& got) {
  const accelerator::WeightFetches expected = fetches_of(expectation.readback.layers[layer]);
  const auto differ = [&](const char* what, std::uint64_t wanted, std::uint64_t found) {
    if (wanted == found) return;
    throw Disagreement(
        layer_name(expectation, layer) + ": " + what + " among those fetched: " +
        expected_got(static_cast<std::int64_t>(wanted), static_cast<std::int64_t>(found)));
  };
  differ("bits", expected.bits, got.bits);
  differ("wrong bits", expected.bits_wrong, got.bits_wrong);
  differ("corrected codewords", expected.codewords.corrected, got.codewords.corrected);
  differ("uncorrectable codewords", expected.codewords.uncorrectable, got.codewords.uncorrectable);
  differ("miscorrected codewords", expected.codewords.miscorrected, got.codewords.miscorrected);
  differ("words fetched again", expected.codewords.refetched, got.codewords.refetched);
  throw std::logic_error("name_fetches: called without a difference");
}

void compare_values(accelerator::Simulator& simulator, const Job& job,
                    const Expectation& expectation, const MachineRun& run) {
  compare_input(job, expectation, run);
  for (const models::NodeIndex layer : run.layer_outputs.indices()) {
    if (run.layer_outputs[layer] != expectation.layer_outputs[layer]) {
      locate(simulator, job, expectation, layer, run.layer_outputs[layer]);
    }
  }
  for (const models::NodeIndex layer : run.weight_fetches.indices()) {
    if (run.weight_fetches[layer] == fetches_of(expectation.readback.layers[layer])) continue;
    // A wrong bit can leave every output as it is; its weight tells where it stands.
    find_wrong_weight(simulator.run(traced(job, layer)).loaded_tiles, expectation);
    name_fetches(expectation, layer, run.weight_fetches[layer]);
  }
}

struct NamedTime {
  const char* name;
  hardware::Cycle hardware::FoldTimes::*member;
};

constexpr NamedTime kFoldTimes[] = {{"weights ready", &hardware::FoldTimes::weights_ready},
                                    {"load start", &hardware::FoldTimes::load_start},
                                    {"load end", &hardware::FoldTimes::load_end},
                                    {"stream start", &hardware::FoldTimes::stream_start},
                                    {"stream end", &hardware::FoldTimes::stream_end},
                                    {"end", &hardware::FoldTimes::end}};

void compare_times(const Expectation& expectation, const MachineRun& run) {
  const hardware::ProgramTimes& expected = expectation.times;
  if (run.times.input_ready != expected.input_ready) {
    throw Disagreement("cycle of input ready: " +
                       expected_got(expected.input_ready, run.times.input_ready));
  }
  for (const hardware::FoldIndex fold : expected.folds.indices()) {
    for (const NamedTime& time : kFoldTimes) {
      const hardware::Cycle wanted = expected.folds[fold].*time.member;
      const hardware::Cycle got = run.times.folds[fold].*time.member;
      if (wanted == got) continue;
      throw Disagreement(tile_name(expectation, fold) + ", m from " +
                         std::to_string(expectation.program.folds[fold].m0) + ": cycle of " +
                         time.name + ": " + expected_got(wanted, got) +
                         " (expected: closed form; got: machine)");
    }
  }
  for (const models::NodeIndex layer : expected.layers.indices()) {
    if (run.times.layers[layer] == expected.layers[layer]) continue;
    throw Disagreement(layer_name(expectation, layer) + ": cycle of end: " +
                       expected_got(expected.layers[layer].end, run.times.layers[layer].end) +
                       " (expected: closed form; got: machine)");
  }
  if (run.times.total != expected.total) {
    throw Disagreement("cycles of the inference: " + expected_got(expected.total, run.times.total));
  }
}

/// What reached the DRAM with what the layers made.
void compare_outputs(const models::QuantizedNetwork& network, const MachineRun& run) {
  const std::vector<models::TensorId> outputs = network.output_tensors();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    models::NodeIndex made_by;
    while (models::node_output(network.nodes[made_by]) != outputs[i]) ++made_by;
    const std::vector<std::uint8_t>& stored = i == 0 ? run.logits : run.other_outputs[i - 1];
    if (stored == run.layer_outputs[made_by]) continue;
    throw Disagreement("output '" + network.tensor(outputs[i]).name +
                       "' reached the DRAM otherwise than " +
                       models::node_name(network.nodes[made_by]) + " made it");
  }
}

void compare_count(const std::string& where, std::size_t event, std::uint64_t expected,
                   std::uint64_t got) {
  if (expected == got) return;
  throw Disagreement(
      where + ": count of " + std::string(hardware::kEventNames[event]) + ": " +
      expected_got(static_cast<std::int64_t>(expected), static_cast<std::int64_t>(got)));
}

void compare_counts(const Expectation& expectation, const MachineRun& run) {
  using hardware::Event;
  for (std::size_t event = 0; event < hardware::kEventCount; ++event) {
    compare_count("transfers", event, expectation.counts.transfers.counts[event],
                  run.transfer_counts.counts[event]);
  }
  for (const models::NodeIndex layer : run.counts.indices()) {
    hardware::EventCounts expected = expectation.counts.layers[layer];
    expected[Event::kMacGated] = expectation.gated_macs[layer];
    const auto macs = static_cast<std::uint64_t>(expectation.program.layers[layer].gemm.macs());
    expected[Event::kMacActive] = macs - expected[Event::kMacGated];
    for (std::size_t event = 0; event < hardware::kEventCount; ++event) {
      compare_count(layer_name(expectation, layer), event, expected.counts[event],
                    run.counts[layer].counts[event]);
    }
  }
}

}  // namespace

void cosimulate(accelerator::Simulator& simulator, const Job& job, const Expectation& expectation) {
  const MachineRun run = simulator.run(job);
  compare_values(simulator, job, expectation, run);
  compare_outputs(expectation.network, run);
  compare_times(expectation, run);
  compare_counts(expectation, run);
}

accelerator::Simulator& process_simulator() {
  // Never destroyed: SystemC's global context may be gone before a static object of ours.
  static auto* const simulator = new accelerator::Simulator;
  return *simulator;
}

}  // namespace brownout::experiment

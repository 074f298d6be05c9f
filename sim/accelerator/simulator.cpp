// The facade's own object also defines sc_main, which libsystemc needs and nobody calls.
#include "sim/accelerator/simulator.hpp"

#include <stdexcept>
#include <systemc>

#include "sim/accelerator/accumulators.hpp"
#include "sim/accelerator/dma.hpp"
#include "sim/accelerator/dram.hpp"
#include "sim/accelerator/job_state.hpp"
#include "sim/accelerator/memories.hpp"
#include "sim/accelerator/sequencer.hpp"
#include "sim/accelerator/systolic_array.hpp"
#include "sim/accelerator/vector_unit.hpp"
#include "sim/storage/tile_transfer.hpp"

int sc_main(int, char**) { return 1; }

namespace brownout::accelerator {
namespace {

/// Places input, output and weight tiles in DRAM, and fills it.
std::vector<std::uint8_t> dram_image(const Job& job, DramLayout& layout) {
  const schedule::TileProgram& program = job.program();
  std::vector<std::uint8_t> image(job.input.begin(), job.input.end());
  for (const std::uint64_t bytes : program.output_bytes) {
    layout.outputs.push_back(image.size());
    image.resize(image.size() + bytes, 0);
  }
  if (program.streams_weights() || job.path.scheme().refetches()) {
    for (const schedule::TileIndex tile : program.tiles.indices()) {
      layout.tiles.push_back(image.size());
      const auto bytes = storage::tile_bytes(program, job.stored.image, job.path, tile);
      image.insert(image.end(), bytes.begin(), bytes.end());
    }
  }
  layout.size = image.size();
  return image;
}

std::int64_t deepest_block(const schedule::TileProgram& program) {
  std::int64_t depth = 1;
  for (const schedule::Fold& fold : program.folds) {
    depth = std::max(depth, program.use_of(fold).vectors);
  }
  return depth;
}

}  // namespace

struct Simulator::Implementation {
  JobState state;
  WeightSram weight_sram{"weight_sram"};
  ActivationSram activation_sram{"activation_sram"};
  Accumulators accumulators{"accumulators"};
  SystolicArray array{"array"};
  VectorUnit vector_unit{"vector_unit", state};
  Dram dram{"dram", state};
  Dma dma{"dma", state};
  Sequencer sequencer{"sequencer", state};

  Implementation() {
    array.accumulators(accumulators);
    vector_unit.accumulators(accumulators);
    vector_unit.activation_sram(activation_sram);
    dma.socket.bind(dram.socket);
    dma.weight_sram(weight_sram);
    dma.activation_sram(activation_sram);
    sequencer.array(array);
    sequencer.weight_sram(weight_sram);
    sequencer.activation_sram(activation_sram);
    sequencer.vector_unit(vector_unit);
    sequencer.dma(dma);
  }

  void prepare(const Job& job) {
    const schedule::TileProgram& program = job.program();
    state.job = &job;
    state.run = {};
    state.run.times.folds.resize(program.folds.size());
    state.run.counts.resize(program.layers.size());
    state.run.weight_fetches.resize(program.layers.size());
    state.clock.restart();
    weight_sram.resize(program.spec.weight_sram.organisation());
    activation_sram.resize(program.activation_bytes, program.spec.activation_sram.word_bits,
                           job.activation_masks);
    accumulators.resize(program.spec, deepest_block(program), job.accumulator_masks);
    array.resize(program.spec.array.rows, program.spec.array.columns);
    vector_unit.restart();
    DramLayout layout;
    dram.load(dram_image(job, layout));
    dma.restart(std::move(layout));
    if (!program.streams_weights()) load_resident(job);
  }

  /// Setup, not part of the inference.
  void load_resident(const Job& job) {
    const schedule::TileProgram& program = job.program();
    for (const schedule::TileIndex t : program.tiles.indices()) {
      const schedule::Tile& tile = program.tiles[t];
      for (std::uint64_t w = 0; w < tile.words(); ++w) {
        weight_sram.write(job.stored.address_of(t, w), job.stored.image.word(t, w));
      }
      const auto flags = job.stored.image.flag_words(program, t);
      for (std::uint64_t w = 0; w < flags.size(); ++w) {
        weight_sram.write(job.stored.layout.flag_address(tile, t, w), {flags[w]});
      }
    }
  }

  /// Clocked PEs without a multiply-accumulate.
  void count_idle_pes() {
    const schedule::TileProgram& program = state.program();
    const auto pes = static_cast<std::uint64_t>(program.spec.array.rows) *
                     static_cast<std::uint64_t>(program.spec.array.columns);
    for (const models::NodeIndex i : program.layers.indices()) {
      hardware::EventCounts& counts = state.run.counts[i];
      counts[hardware::Event::kPeIdleCycle] = sequencer.clocked_cycles(i) * pes -
                                              counts[hardware::Event::kMacActive] -
                                              counts[hardware::Event::kMacGated];
    }
  }
};

Simulator::Simulator() {
  static bool exists = false;
  if (exists) throw std::logic_error("one Simulator per process: SystemC's context is global");
  exists = true;
  implementation_ = std::make_unique<Implementation>();
}

Simulator::~Simulator() = default;

MachineRun Simulator::run(const Job& job) {
  Implementation& machine = *implementation_;
  BurstDram default_dram(job.program().spec.dram);
  machine.state.dram = job.dram != nullptr ? job.dram : &default_dram;
  machine.prepare(job);
  machine.sequencer.restart();
  sc_core::sc_start();  // until nothing is left to do
  if (!machine.sequencer.finished()) {
    throw std::logic_error("the machine stopped before the inference was done");
  }
  machine.count_idle_pes();
  auto output = machine.dram.bytes().begin() + static_cast<std::ptrdiff_t>(job.input.size());
  MachineRun run = std::move(machine.state.run);
  run.other_outputs.resize(job.program().output_bytes.size() - 1);
  for (std::size_t i = 0; i < job.program().output_bytes.size(); ++i) {
    const auto end = output + static_cast<std::ptrdiff_t>(job.program().output_bytes[i]);
    (i == 0 ? run.logits : run.other_outputs[i - 1]).assign(output, end);
    output = end;
  }
  return run;
}

}  // namespace brownout::accelerator

// Speed of the register-level array: the machine running a convolution, against a bare loop over
// the same registers without SystemC, skew, memories or counters. Rate: PE-cycles a second.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "sim/accelerator/pe_array.hpp"
#include "sim/accelerator/simulator.hpp"
#include "tests/support/stored_network.hpp"

namespace {

using namespace brownout;

void report(benchmark::State& state, double pe_cycles) {
  state.counters["PE-cycles/s"] =
      benchmark::Counter(pe_cycles, benchmark::Counter::kIsIterationInvariantRate);
}

/// What STONNE's and SCALE-Sim's users would write: a plain loop over the registers of one array,
/// now -> next, compiled for any x86-64.
void bare_loop(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  std::vector<std::int32_t> weights(size * size);
  std::vector<std::int32_t> activations(size * (size + 1));
  std::vector<std::int32_t> next_activations = activations;
  std::vector<std::int32_t> sums((size + 1) * size);
  std::vector<std::int32_t> next_sums = sums;
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<int>(i % 255) - 127;
  constexpr int kCycles = 1000;
  for (auto _ : state) {
    for (int cycle = 0; cycle < kCycles; ++cycle) {
      activations[static_cast<std::size_t>(cycle) % size * (size + 1)] = 3;
      for (std::size_t r = 0; r < size; ++r) {
        const std::int32_t* arriving = &activations[r * (size + 1)];
        std::int32_t* held = &next_activations[r * (size + 1) + 1];
        for (std::size_t c = 0; c < size; ++c) {
          held[c] = arriving[c];
          next_sums[(r + 1) * size + c] = sums[r * size + c] + arriving[c] * weights[r * size + c];
        }
      }
      activations.swap(next_activations);
      sums.swap(next_sums);
    }
    benchmark::DoNotOptimize(sums.data());
  }
  report(state, static_cast<double>(kCycles) * static_cast<double>(size * size));
}

/// The machine's own registers, nothing around them.
void registers_alone(benchmark::State& state) {
  const auto size = static_cast<int>(state.range(0));
  accelerator::PeArray array(size, size);
  for (int r = 0; r < size; ++r) {
    for (int c = 0; c < size; ++c) {
      array.stage_weight({.row = r, .column = c}, static_cast<std::int16_t>(r - c));
      array.activate_weight({.row = r, .column = c});
    }
  }
  constexpr int kCycles = 1000;
  for (auto _ : state) {
    for (int cycle = 0; cycle < kCycles; ++cycle) {
      array.set_left_input(cycle % size, 3);
      array.step();
    }
    benchmark::DoNotOptimize(array.bottom().data());
  }
  report(state, static_cast<double>(kCycles) * size * size);
}

/// A 1x1 convolution of 32 x 4 tiles, each loaded and streamed with 1024 pixels, summed in place.
constexpr int kTiles = 32;
constexpr int kColumnTiles = 4;

models::QuantizedNetwork tall_network(int size) {
  models::QuantizedNetwork network;
  network.tensors = {{"input", {kTiles * size, 32, 32}, 0.1F, 0, false},
                     {"output", {kColumnTiles * size, 32, 32}, 10.0F, 0, false}};
  models::Convolution node;
  node.name = "conv";
  node.input = 0;
  node.output = 1;
  node.out_channels = kColumnTiles * size;
  node.weight_scales = {0.1F};
  node.bias.assign(static_cast<std::size_t>(node.out_channels), 0);
  for (int i = 0; i < kTiles * kColumnTiles * size * size; ++i) {
    node.weights.push_back(static_cast<std::int8_t>(i * 37));
  }
  network.nodes = {node};
  network.output = 1;
  return network;
}

void machine_run(benchmark::State& state) {
  static accelerator::Simulator simulator;
  const auto size = static_cast<int>(state.range(0));
  const models::QuantizedNetwork network = tall_network(size);
  hardware::AcceleratorSpec spec;
  spec.array = {size, size};
  spec.weight_sram.capacity_kib = std::max(64, kTiles * kColumnTiles * size * size / 1024);
  spec.activation_sram = {.capacity_kib = 64 * size, .banks = 32, .word_bits = 64, .column_mux = 4};
  const testing::StoredNetwork net(network, spec);
  const storage::WordPath path = net.path();
  const storage::ByReadVoltage masks(memory::WordMasks(net.organisation()));
  std::vector<std::uint8_t> image(static_cast<std::size_t>(size) * kTiles * 32 * 32);
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<std::uint8_t>(i * 31);
  double cycles = 0;
  for (auto _ : state) {
    const accelerator::MachineRun run = simulator.run({network, net.stored(), path, masks, image});
    cycles = static_cast<double>(run.times.folds.back().end - run.times.folds.front().load_start);
    benchmark::DoNotOptimize(run.logits.data());
  }
  report(state, cycles * size * size);
}

BENCHMARK(bare_loop)->Arg(8)->Arg(16)->Arg(32)->Arg(128);
BENCHMARK(registers_alone)->Arg(8)->Arg(16)->Arg(32)->Arg(128);
BENCHMARK(machine_run)->Arg(8)->Arg(16)->Arg(32)->Arg(128);

}  // namespace

BENCHMARK_MAIN();

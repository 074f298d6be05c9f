// What one image of a network costs on each way to its cycles: the closed form (schedule, times,
// counts) and the SystemC machine with values.
//
//   bench_machine ACCELERATOR.yaml NETWORK [NETWORK ...] [--benchmark_filter=REGEX ...]
#include <benchmark/benchmark.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "models/network_import.hpp"
#include "sim/accelerator/simulator.hpp"
#include "sim/config/accelerator_config.hpp"
#include "sim/timing/program_cycles.hpp"
#include "sim/timing/static_counts.hpp"
#include "tests/support/stored_network.hpp"

namespace {

using namespace brownout;

struct Load {
  models::QuantizedNetwork network;
  hardware::AcceleratorSpec spec;
};

void closed_form(benchmark::State& state, const Load& load) {
  hardware::ProgramTimes times;
  for (auto _ : state) {
    const schedule::TileProgram program = schedule::make_program(load.network, load.spec);
    times = timing::program_times(program, schedule::lay_out(program));
    benchmark::DoNotOptimize(timing::static_counts(program, load.network, times));
  }
  state.counters["cycles"] = static_cast<double>(times.total);
  state.counters["folds"] = static_cast<double>(times.folds.size());
}

void systemc(benchmark::State& state, const Load& load) {
  static accelerator::Simulator simulator;
  const testing::StoredNetwork net(load.network, load.spec);
  const storage::WordPath path = net.path();
  const storage::ByReadVoltage masks(memory::WordMasks(net.organisation()));
  std::vector<std::uint8_t> image(
      static_cast<std::size_t>(load.network.tensor(load.network.input).shape.size()));
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<std::uint8_t>(i * 31);
  double pe_cycles = 0;
  for (auto _ : state) {
    const accelerator::MachineRun run =
        simulator.run({load.network, net.stored(), path, masks, image});
    pe_cycles =
        static_cast<double>(run.times.total) * load.spec.array.rows * load.spec.array.columns;
  }
  state.counters["PE-cycles/s"] =
      benchmark::Counter(pe_cycles, benchmark::Counter::kIsIterationInvariantRate);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc < 3) {
    std::fputs("usage: bench_machine ACCELERATOR.yaml NETWORK [NETWORK ...]\n", stderr);
    return 2;
  }
  const auto spec = config::load_accelerator(argv[1]).spec;
  for (int i = 2; i < argc; ++i) {
    const auto load = std::make_shared<const Load>(Load{models::import_network(argv[i]), spec});
    const std::filesystem::path path(argv[i]);
    const std::string name = path.parent_path().filename() / path.stem();
    const auto add = [&](const char* what, const auto& function) {
      benchmark::RegisterBenchmark((name + what).c_str(), [=](benchmark::State& state) {
        function(state, *load);
      })->Unit(benchmark::kMillisecond);
    };
    add("/closed_form", closed_form);
    add("/systemc", systemc);
  }
  benchmark::RunSpecifiedBenchmarks();
}

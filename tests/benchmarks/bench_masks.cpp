// Masks of a whole 4 MiB SRAM at one voltage: time, and the most memory in use meanwhile. The masks
// themselves are 3 bits a cell, 12 MiB.
#include <benchmark/benchmark.h>

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>

#include "memory/chip_draws.hpp"
#include "memory/generators/generators.hpp"

namespace {

std::size_t in_use = 0, peak = 0;  // bytes of operator new

}  // namespace

// Not inlined: the compiler would pair this new with that free.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* const block = std::malloc(size);
  if (block == nullptr) throw std::bad_alloc();
  in_use += malloc_usable_size(block);
  peak = std::max(peak, in_use);
  return block;
}

[[gnu::noinline]] void operator delete(void* block) noexcept {
  in_use -= malloc_usable_size(block);
  std::free(block);
}

void operator delete(void* block, std::size_t) noexcept { operator delete(block); }

namespace {

using namespace brownout::memory;

constexpr SramGeometry kSram{16, 8192, 256};  // 4 MiB

// Normal Vmin with mu 0.7 and sigma 0.05 in all: BER 1 % at 0.816317, 20 % at 0.742081. The profile
// has the same rates for iid.
const char* const kVoltages[] = {"0.816317", "0.742081"};

std::shared_ptr<const VoltageProfile> profile() {
  VoltageProfileData data;
  data.name = "benchmark";
  data.source = "benchmark";
  data.error_free_voltage = Voltage::parse("1");
  data.reference_voltage = Voltage::parse("1");
  data.rows = {{Voltage::parse(kVoltages[0]), 0.01, {}, {}},
               {Voltage::parse(kVoltages[1]), 0.2, {}, {}},
               {Voltage::parse("0.7"), 0.5, {}, {}}};
  return std::make_shared<const VoltageProfile>(std::move(data));
}

GeneratorValues values_of(const std::string& generator) {
  if (generator == "iid") return {};
  GeneratorValues values{{"mu", 0.7}, {"mu_shift", 0}, {"sigma_die", 0}, {"sigma_cluster", 0}};
  if (generator == "gaussian_vmin") {
    values["sigma"] = 0.05;
  } else {
    values.insert({{"sigma_bitline", 0.04}, {"sigma_cell", 0.03}, {"sigma_row", 0}});
    values.insert({{"cells_per_bitline", 512}});
  }
  return values;
}

void masks(benchmark::State& state, const std::string& generator, bool stuck) {
  const Voltage voltage = Voltage::parse(kVoltages[state.range(0) == 1 ? 0 : 1]);
  const auto chip = find_generator(generator).make(
      {kSram, profile(), {.stuck = stuck, .stuck_at_0_share = 0.5}, chip_seed(0, 0)},
      values_of(generator));
  const std::size_t before = in_use;
  peak = in_use;
  std::uint64_t faults = 0;
  for (auto _ : state) {
    const CellMasks masks = chip->masks_at(voltage);
    benchmark::DoNotOptimize(&masks);
    state.PauseTiming();
    faults = masks.count();
    state.ResumeTiming();
  }
  state.counters["BER"] = static_cast<double>(faults) / static_cast<double>(kSram.cells());
  state.counters["peak_MiB"] = static_cast<double>(peak - before) / (1 << 20);
  state.counters["cells/s"] = benchmark::Counter(static_cast<double>(kSram.cells()),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

void register_all() {
  for (const char* generator : {"iid", "gaussian_vmin", "bitline_vmin"}) {
    for (const bool stuck : {false, true}) {
      const std::string name = std::string(generator) + (stuck ? "_stuck" : "_flip");
      benchmark::RegisterBenchmark(name.c_str(), masks, generator, stuck)
          ->ArgName("percent")
          ->Arg(1)
          ->Arg(20)
          ->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  register_all();
  benchmark::RunSpecifiedBenchmarks();
}

// The weights of a network of ResNet-18's size on their way through a weight SRAM: written once,
// written anew for the stuck cells of a chip, and read back behind each word code.
#include <benchmark/benchmark.h>

#include <map>
#include <memory>
#include <string>

#include "memory/numbers/keyed_random.hpp"
#include "memory/word_masks.hpp"
#include "sim/storage/weight_readback.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/stored_network.hpp"

namespace {

using namespace brownout;

/// One fully connected layer of 11.18 M weights.
models::QuantizedNetwork network() {
  constexpr int kSize = 3344;
  testing::NetworkBuilder builder(1, {kSize, 1, 1});
  builder.convolution(0, kSize, {});
  return builder.build();
}

memory::StorageScheme scheme_of(const std::string& code, const std::string& policy) {
  return {.encoding = memory::Encoding::kTwosComplement,
          .policy = memory::make_write_policy(policy, memory::Encoding::kTwosComplement),
          .code = &memory::find_word_code(code)};
}

const testing::StoredNetwork& stored(const std::string& code, const std::string& policy,
                                     int word_bits = 64) {
  static std::map<std::string, std::unique_ptr<testing::StoredNetwork>> made;
  static const models::QuantizedNetwork the_network = network();
  std::unique_ptr<testing::StoredNetwork>& net = made[code + policy + std::to_string(word_bits)];
  if (!net) {
    hardware::AcceleratorSpec spec;
    spec.weight_sram = {
        .capacity_kib = 16384, .banks = 16, .word_bits = word_bits, .column_mux = 4};
    net = std::make_unique<testing::StoredNetwork>(the_network, spec, scheme_of(code, policy));
  }
  return *net;
}

/// One cell in `every`.
memory::CellMasks cells(const memory::SramOrganisation& organisation, std::uint64_t every,
                        bool stuck) {
  const memory::SramGeometry geometry = organisation.geometry();
  memory::CellMasks masks(geometry);
  for (std::uint32_t bank = 0; bank < geometry.banks; ++bank) {
    for (std::uint32_t row = 0; row < geometry.rows; ++row) {
      for (std::uint32_t column = 0; column < geometry.columns; ++column) {
        const std::uint64_t hash = memory::keyed_hash(bank, row, column);
        if (hash % every != 0) continue;
        const bool one = (hash >> 40 & 1) != 0;
        masks.set({bank, row, column}, !stuck ? memory::FaultKind::kFlip
                                       : one  ? memory::FaultKind::kStuckAt1
                                              : memory::FaultKind::kStuckAt0);
      }
    }
  }
  return masks;
}

void write(benchmark::State& state) {
  const testing::StoredNetwork& net = stored("none", "plain");
  const storage::WordPath path = net.path();
  for (auto _ : state) {
    benchmark::DoNotOptimize(storage::WeightImage(net.program, net.written, path));
  }
}

/// Stuck, 4 % of all.
const memory::CellMasks& known_cells(int word_bits) {
  static std::map<int, memory::CellMasks> made;
  const auto found = made.find(word_bits);
  if (found != made.end()) return found->second;
  return made.emplace(word_bits, cells(stored("none", "faq", word_bits).organisation(), 25, true))
      .first->second;
}

/// From the map of cells to the masks of all words.
void gather_masks(benchmark::State& state) {
  const int word_bits = static_cast<int>(state.range(0));
  const memory::SramOrganisation organisation = stored("none", "faq", word_bits).organisation();
  const memory::CellMasks& known = known_cells(word_bits);
  for (auto _ : state) benchmark::DoNotOptimize(memory::word_masks(organisation, known));
}

/// From those to the words that are written.
void rewrite(benchmark::State& state) {
  const int word_bits = static_cast<int>(state.range(0));
  const testing::StoredNetwork& net = stored("none", "faq", word_bits);
  const storage::WordPath path = net.path();
  const storage::ByReadVoltage masks(
      memory::word_masks(net.organisation(), known_cells(word_bits)));
  for (auto _ : state) {
    storage::WeightImage image = net.image;
    image.rewrite(net.program, net.layout, path, masks);
    benchmark::DoNotOptimize(image);
  }
}

/// Both.
void convert(benchmark::State& state) {
  const int word_bits = static_cast<int>(state.range(0));
  const testing::StoredNetwork& net = stored("none", "faq", word_bits);
  const storage::WordPath path = net.path();
  const memory::CellMasks& known = known_cells(word_bits);
  for (auto _ : state) {
    storage::WeightImage image = net.image;
    image.rewrite(net.program, net.layout, path,
                  storage::ByReadVoltage(memory::word_masks(net.organisation(), known)));
    benchmark::DoNotOptimize(image);
  }
}

void read_back(benchmark::State& state, const std::string& code) {
  const testing::StoredNetwork& net = stored(code, "plain");
  const storage::WordPath path = net.path();
  const memory::CellMasks failing = cells(net.organisation(), 200, false);
  for (auto _ : state) {
    benchmark::DoNotOptimize(storage::read_back(net.stored(), path, failing));
  }
}

BENCHMARK(write)->Unit(benchmark::kMillisecond);
BENCHMARK(gather_masks)->ArgName("word_bits")->Arg(64)->Arg(32)->Unit(benchmark::kMillisecond);
BENCHMARK(rewrite)->ArgName("word_bits")->Arg(64)->Arg(32)->Unit(benchmark::kMillisecond);
BENCHMARK(convert)->ArgName("word_bits")->Arg(64)->Arg(32)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_back, none, "none")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_back, secded, "secded")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_back, bch_dec, "bch_dec")->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();

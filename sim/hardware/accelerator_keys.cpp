#include "sim/hardware/accelerator_keys.hpp"

#include <string>

namespace brownout::hardware {
namespace {

// A word of which only one is implemented yet.
Choice only(std::string_view word) {
  return {.words = {word}, .chosen = [] { return std::size_t{0}; }, .choose = [](std::size_t) {}};
}

void add_sram(std::vector<Key>& keys, const std::string& name, SramSpec& sram) {
  keys.push_back({name + ".capacity_kib", &sram.capacity_kib, {1, 1 << 20}});
  keys.push_back({name + ".banks", &sram.banks, {1, 1024}});
  keys.push_back({name + ".word_bits", &sram.word_bits, {8, memory::WideBits::kMost, 8}});
  keys.push_back({name + ".column_mux", &sram.column_mux, {1, 64}});
}

}  // namespace

std::vector<Key> accelerator_keys(AcceleratorSpec& spec) {
  std::vector<Key> keys;
  keys.push_back({"name", &spec.name});
  keys.push_back({"clock_hz", &spec.clock_hz, kPositive});
  keys.push_back({"dataflow", only("weight_stationary")});
  keys.push_back({"array.rows", &spec.array.rows, {1, 1024}});
  keys.push_back({"array.columns", &spec.array.columns, {1, 1024}});
  keys.push_back({"weight_prefetch", &spec.weight_prefetch});
  keys.push_back({"accumulator.bits", &spec.accumulator.bits, {8, 32}});
  keys.push_back({"accumulator.depth", &spec.accumulator.depth, {1, 1 << 24}});
  keys.push_back({"accumulator.overflow", choice(spec.accumulator.overflow, {"wrap", "saturate"})});
  add_sram(keys, "weight_sram", spec.weight_sram);
  add_sram(keys, "activation_sram", spec.activation_sram);
  keys.push_back(
      {"placement", choice(spec.placement, {kPlacementNames.begin(), kPlacementNames.end()})});
  keys.push_back({"vector_unit.lanes", &spec.vector_lanes, {1, 4096}});
  keys.push_back({"dram.bytes_per_cycle", &spec.dram.bytes_per_cycle, {1, 4096}});
  keys.push_back({"dram.gb_per_s"});
  keys.push_back({"dram.latency_cycles", &spec.dram.latency_cycles, {0, 1000000}});
  keys.push_back({"dram.burst_bytes", &spec.dram.burst_bytes, {1, 65536}});
  keys.push_back({"supplies"});
  return keys;
}

}  // namespace brownout::hardware

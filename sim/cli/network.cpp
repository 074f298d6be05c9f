// `brownout network`: what a network file holds, and how it lies on an accelerator.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <ostream>
#include <stdexcept>

#include "models/network_import.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/config/accelerator_config.hpp"
#include "sim/machine/on_chip_memory.hpp"
#include "sim/schedule/lower.hpp"
#include "sim/schedule/tile_program.hpp"
#include "sim/timing/program_cycles.hpp"

namespace brownout::cli {
namespace {

CommandSpec spec() {
  return {
      .name = "network",
      .summary = "the layers of a network file; with an accelerator: tiles, fit, cycles",
      .purpose =
          "Prints the layers of a quantized ONNX or TFLite file as the simulator sees them: the "
          "matrix "
          "product M x K times K x N of each layer (N per group), its multiply-accumulates, its "
          "weights and the range of codes that they use. With an accelerator also the tiles and "
          "words of its weight SRAM, whether all weights fit, and the cycles of an inference by "
          "the closed form (weights stream where they do not fit).",
      .example =
          "brownout network workloads/mnist_cnn/network.onnx --accelerator "
          "configs/accelerators/edge_32x32.yaml",
      .positional = "FILE",
      .options = joined({{{"accelerator", "FILE", "Plans the network on this accelerator."},
                          {"set", "KEY=VALUE",
                           "Changes one key of the accelerator, e.g. accelerator.array.rows=16. "
                           "Repeatable.",
                           true}},
                         output_options()})};
}

// The network on an accelerator.
struct Plan {
  schedule::TileProgram program;
  machine::ProgramTimes times;
  std::uint64_t capacity_words = 0;
  bool fits = false;  // all weights at once
};

// Streaming is the plan that always works, and tells how many words all tiles take.
Plan make_plan(const models::QuantizedNetwork& network, machine::AcceleratorSpec spec) {
  Plan plan;
  plan.capacity_words = spec.weight_sram.organisation().words;
  const machine::Placement wanted = spec.placement;
  spec.placement = machine::Placement::kStreaming;
  plan.program = schedule::make_program(network, spec);
  plan.fits = plan.program.weight_words <= plan.capacity_words;
  if (wanted != machine::Placement::kStreaming &&
      (plan.fits || wanted != machine::Placement::kResident)) {
    spec.placement = wanted;
    plan.program = schedule::make_program(network, spec);
  }
  plan.times = timing::program_times(plan.program);
  return plan;
}

std::string shape_text(const models::Shape& shape) {
  return fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width);
}

// Weights, bits, code range, MACs, M, N, K, groups; empty for layers without weights.
std::vector<Cell> weight_cells(const models::QuantizedNetwork& network, const models::Node& node) {
  const auto* convolution = std::get_if<models::Convolution>(&node);
  if (convolution == nullptr) return std::vector<Cell>(9);
  const schedule::Gemm gemm = schedule::lower(network, *convolution);
  const auto [low, high] =
      std::minmax_element(convolution->weights.begin(), convolution->weights.end());
  return {convolution->weights.size(),
          std::int64_t{convolution->weight_bits},
          std::int64_t{*low} + convolution->weight_shift,
          std::int64_t{*high} + convolution->weight_shift,
          gemm.macs(),
          gemm.m,
          std::int64_t{gemm.n},
          std::int64_t{gemm.k},
          std::int64_t{gemm.groups}};
}

std::vector<Cell> plan_cells(const Plan& plan, std::size_t node) {
  std::int64_t tiles = 0;
  std::uint64_t words = 0;
  for (const schedule::Tile& tile : plan.program.tiles) {
    if (tile.layer != static_cast<int>(node)) continue;
    ++tiles;
    words += tile.words();
  }
  const machine::LayerTimes& times = plan.times.layers[node];
  return {tiles, words, times.end - times.start};
}

Table layer_table(const models::QuantizedNetwork& network, const std::optional<Plan>& plan) {
  Table table{.key = "layers",
              .columns = {{"layer", "layer", ""},
                          {"kind", "kind", ""},
                          {"output", "output", "CxHxW"},
                          {"weights", "weights", "count"},
                          {"weight_bits", "bits", "each"},
                          {"code_min", "lowest", "code"},
                          {"code_max", "highest", "code"},
                          {"macs", "MACs", "per image"},
                          {"m", "M", "pixels"},
                          {"n", "N", "channels"},
                          {"k", "K", "products"},
                          {"groups", "groups", "count"}},
              .rows = {}};
  if (plan) {
    table.columns.push_back({"tiles", "tiles", "count"});
    table.columns.push_back({"words", "weight SRAM", "words"});
    table.columns.push_back({"cycles", "time", "cycles"});
  }
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    const models::Node& node = network.nodes[i];
    std::vector<Cell> row = {models::node_name(node), models::node_kind(node),
                             shape_text(network.tensor(models::node_output(node)).shape)};
    for (Cell& cell : weight_cells(network, node)) row.push_back(std::move(cell));
    if (plan) {
      for (Cell& cell : plan_cells(*plan, i)) row.push_back(std::move(cell));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::vector<Fact> network_facts(const models::QuantizedNetwork& network, const std::string& file) {
  std::uint64_t weights = 0;
  std::uint64_t weight_bits = 0;
  std::int64_t macs = 0;
  for (const models::Node& node : network.nodes) {
    const auto* convolution = std::get_if<models::Convolution>(&node);
    if (convolution == nullptr) continue;
    weights += convolution->weights.size();
    weight_bits += convolution->weights.size() * static_cast<unsigned>(convolution->weight_bits);
    macs += schedule::lower(network, *convolution).macs();
  }
  return {{{"file", "file"}, file},
          {{"input", "input", "CxHxW"}, shape_text(network.tensor(network.input).shape)},
          {{"outputs", "outputs"}, network.tensor(network.output).shape.size()},
          {{"layer_count", "layers"}, network.nodes.size()},
          {{"weights", "weights"}, weights},
          {{"weight_bytes", "  size", "bytes"}, (weight_bits + 7) / 8},
          {{"macs", "MACs per image"}, macs}};
}

// What a fault map of the memory must have.
Fact cells_fact(const machine::AcceleratorSpec& spec, machine::OnChipMemory memory) {
  return {{machine::to_string(memory) + "_cells", "cells of " + machine::title(memory)},
          memory::to_string(machine::organisation(spec, memory).geometry())};
}

std::vector<Fact> plan_facts(const Plan& plan) {
  const machine::AcceleratorSpec& spec = plan.program.spec;
  const double latency = static_cast<double>(plan.times.total) / spec.clock_hz;
  return {
      {{"accelerator", "accelerator"}, spec.name},
      {{"tiles", "tiles"}, plan.program.tiles.size()},
      {{"weight_words", "weight SRAM words"}, plan.program.weight_words},
      {{"weight_sram_words", "  of available"}, plan.capacity_words},
      {{"weight_sram_fill", "  that is", "", Style::kPercent},
       static_cast<double>(plan.program.weight_words) / static_cast<double>(plan.capacity_words)},
      {{"fits_resident", "all weights fit"}, std::string(plan.fits ? "yes" : "no")},
      {{"placement", "placement"}, machine::to_string(spec.placement)},
      {{"activation_bytes", "activation SRAM", "bytes"}, plan.program.activation_bytes},
      {{"cycles", "cycles"}, plan.times.total},
      {{"latency_s", "latency", "s", Style::kQuantity}, latency},
      {{"setup_cycles", "setup, once", "cycles to load the weights"},
       timing::setup_cycles(plan.program)},
      cells_fact(spec, machine::OnChipMemory::kWeightSram),
      cells_fact(spec, machine::OnChipMemory::kActivationSram),
      cells_fact(spec, machine::OnChipMemory::kAccumulator),
  };
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const auto accelerator = arguments.path("accelerator");
  if (!accelerator && arguments.has("set")) fail_option("set", "needs --accelerator");
  std::optional<machine::AcceleratorSpec> machine;
  if (accelerator) machine = config::load_accelerator(*accelerator, arguments.all("set")).spec;
  const models::QuantizedNetwork network = models::import_network(arguments.positional());
  std::optional<Plan> plan;
  if (machine) {
    try {
      plan = make_plan(network, *machine);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(arguments.positional() + " on accelerator '" + machine->name +
                               "': " + error.what());
    }
  }

  Report report{.facts = network_facts(network, arguments.positional()),
                .table = layer_table(network, plan)};
  if (plan) append(report.facts, plan_facts(*plan));
  if (!network.notes.empty()) {
    report.facts.push_back({{"notes", "notes"}, fmt::format("{}", fmt::join(network.notes, "; "))});
  }
  streams.out << render(report, format);
  return 0;
}

}  // namespace

Command network_command() { return {spec(), run}; }

}  // namespace brownout::cli

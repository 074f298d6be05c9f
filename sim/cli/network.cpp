// `brownout network`: what a network file holds, and how it lies on an accelerator.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <ostream>

#include "memory/base/arithmetic.hpp"
#include "memory/base/input_error.hpp"
#include "models/network_import.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/energy_lines.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/config/accelerator_config.hpp"
#include "sim/experiment/network_plan.hpp"
#include "sim/experiment/session/sum_bits.hpp"
#include "sim/hardware/on_chip_memory.hpp"
#include "sim/schedule/activation_plan.hpp"
#include "sim/schedule/lower.hpp"
#include "sim/timing/program_cycles.hpp"

namespace brownout::cli {
namespace {

using experiment::NetworkPlan;

CommandSpec spec() {
  return {
      .name = "network",
      .summary = "the layers of a network file; with an accelerator: tiles, fit, cycles",
      .purpose =
          "Prints the layers of a quantized ONNX or TFLite file as the simulator sees them: the "
          "matrix "
          "product M x K times K x N of each layer (N per group), its multiply-accumulates, its "
          "weights, how much of their 2^bits codes they use (from the lowest to the highest, and "
          "how many occur), the bits of its largest possible sum and the activations alive while "
          "it "
          "runs. With an accelerator also the "
          "tiles and words of its weight SRAM, what fits in which memory, the blocks in which its "
          "accumulators take M, and the cycles of an inference by the closed form (weights stream "
          "where they do not fit).",
      .example =
          "brownout network workloads/mnist_cnn/network.onnx --accelerator "
          "configs/accelerators/edge_32x32.yaml",
      .positional = "FILE",
      .options = joined({{network_input_option(),
                          {"accelerator", "FILE", "Plans the network on this accelerator."},
                          {"set", "KEY=VALUE",
                           "Changes one key of the accelerator, e.g. accelerator.array.rows=16. "
                           "Repeatable.",
                           true}},
                         output_options()})};
}

std::string shape_text(const models::Shape& shape) {
  return fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width);
}

// Weights, their codes, MACs, M, N, K, groups, bits of sums; empty for layers without weights.
std::vector<Cell> weight_cells(const models::QuantizedNetwork& network, const models::Node& node) {
  const auto* convolution = std::get_if<models::Convolution>(&node);
  if (convolution == nullptr) return std::vector<Cell>(12);
  const schedule::Gemm gemm = schedule::lower(network, *convolution);
  const experiment::CodeUse codes = experiment::code_use(*convolution);
  return {convolution->weights.size(),
          std::int64_t{codes.bits},
          std::int64_t{codes.lowest},
          std::int64_t{codes.highest},
          codes.range(),
          std::int64_t{codes.different},
          gemm.macs(),
          gemm.m,
          std::int64_t{gemm.n},
          std::int64_t{gemm.k},
          std::int64_t{gemm.groups},
          std::int64_t{experiment::sum_bits(network, *convolution)}};
}

// Tiles, words and blocks; the last empty for layers without weights.
std::vector<Cell> plan_cells(const NetworkPlan& plan, models::NodeIndex node) {
  std::int64_t tiles = 0;
  std::uint64_t words = 0;
  for (const schedule::Tile& tile : plan.program.tiles) {
    if (tile.node != node) continue;
    ++tiles;
    words += tile.words();
  }
  const hardware::LayerTimes& times = plan.times.layers[node];
  std::vector<Cell> cells = {tiles, words, times.end - times.start};
  cells.resize(cells.size() + 1);
  if (tiles > 0) cells.back() = plan.program.m_blocks(plan.program.layers[node]);
  return cells;
}

std::vector<Column> layer_columns(bool planned) {
  std::vector<Column> columns = {{"layer", "layer", ""},
                                 {"kind", "kind", ""},
                                 {"output", "output", "CxHxW", Style::kPlain, 1},
                                 {"weights", "weights", "count"},
                                 {"weight_bits", "bits", "each", Style::kPlain, 2},
                                 {"code_min", "lowest", "code", Style::kPlain, 5},
                                 {"code_max", "highest", "code", Style::kPlain, 5},
                                 {"code_range", "range", "", Style::kPercent, 4},
                                 {"codes_used", "used", "codes", Style::kPlain, 5},
                                 {"macs", "MACs", "per image"},
                                 {"m", "M", "pixels", Style::kPlain, 2},
                                 {"n", "N", "channels", Style::kPlain, 2},
                                 {"k", "K", "products", Style::kPlain, 2},
                                 {"groups", "groups", "count", Style::kPlain, 4},
                                 {"sum_bits", "sum", "bits", Style::kPlain, 3},
                                 {"live_bytes", "activations", "bytes", Style::kPlain, 3}};
  if (!planned) return columns;
  columns.push_back({"tiles", "tiles", "count"});
  columns.push_back({"words", "in w. SRAM", "words", Style::kPlain, 3});
  columns.push_back({"cycles", "time", "cycles"});
  columns.push_back({"m_blocks", "M blocks", "count", Style::kPlain, 4});
  return columns;
}

Table layer_table(const models::QuantizedNetwork& network, const std::optional<NetworkPlan>& plan) {
  const schedule::ActivationPlan activations = schedule::plan_activations(network);
  Table table{.key = "layers", .columns = layer_columns(plan.has_value()), .rows = {}};
  for (const models::NodeIndex i : network.nodes.indices()) {
    const models::Node& node = network.nodes[i];
    std::vector<Cell> row = {models::node_name(node), models::node_kind(node),
                             shape_text(network.tensor(models::node_output(node)).shape)};
    for (Cell& cell : weight_cells(network, node)) row.push_back(std::move(cell));
    row.push_back(activations.live_bytes[i]);
    if (plan) {
      for (Cell& cell : plan_cells(*plan, i)) row.push_back(std::move(cell));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// "boxes (4x10x10), scores (10x1x1)"
std::string output_names(const models::QuantizedNetwork& network) {
  std::string text;
  for (const models::NetworkOutput& output : network.outputs) {
    text += (text.empty() ? "" : ", ") + output.name + " (" +
            shape_text(network.tensor(output.tensor).shape) + ")";
  }
  return text;
}

std::vector<Fact> network_facts(const models::QuantizedNetwork& network, const std::string& file) {
  const experiment::NetworkTotals totals = experiment::totals_of(network);
  const schedule::ActivationPlan activations = schedule::plan_activations(network);
  return {{{"file", "file"}, file},
          {{"input", "input", "CxHxW"}, shape_text(network.tensor(network.input).shape)},
          {{"outputs", "outputs"}, network.tensor(network.output).shape.size()},
          {{"output_names", "  of"}, output_names(network)},
          {{"layer_count", "layers"}, network.nodes.size()},
          {{"parameters", "parameters"}, totals.weights + totals.biases + totals.constants},
          {{"weights", "  weights"}, totals.weights},
          {{"weight_bytes", "    size", "bytes"}, totals.weight_bytes},
          {{"biases", "  biases", "of 32 bits"}, totals.biases},
          {{"constants", "  constants", "of 8 bits"}, totals.constants},
          {{"macs", "MACs per image"}, totals.macs},
          {{"activation_bytes", "activations, at most", "bytes"}, activations.bytes},
          {{"activation_peak", "  at"}, activations.peak}};
}

// What a fault map of the memory must have.
Fact cells_fact(const hardware::AcceleratorSpec& spec, hardware::OnChipMemory memory) {
  return {{hardware::to_string(memory) + "_cells", "cells of " + hardware::title(memory)},
          memory::to_string(hardware::organisation(spec, memory).geometry())};
}

std::string yes_or_no(bool yes) { return yes ? "yes" : "no"; }

// What fits in which memory.
std::vector<Fact> fit_facts(const models::QuantizedNetwork& network, const NetworkPlan& plan) {
  const hardware::AcceleratorSpec& spec = plan.asked;
  const std::uint64_t words = spec.weight_sram.organisation().words;
  const auto activation_sram = static_cast<std::uint64_t>(spec.activation_sram.capacity_bytes());
  std::int64_t largest_m = 0, blocks = 0;
  for (const schedule::Layer& layer : plan.program.layers) {
    largest_m = std::max(largest_m, layer.gemm.m);
    blocks = std::max(blocks, plan.program.m_blocks(layer));
  }
  return {{{"weight_words", "weight SRAM words"}, plan.program.weight_words},
          {{"weight_sram_words", "  of available"}, words},
          {{"weight_sram_fill", "  that is", "", Style::kPercent},
           share(plan.program.weight_words, words)},
          {{"fits_resident", "  all weights fit"}, yes_or_no(plan.weights_fit)},
          {{"placement", "  placement"}, hardware::to_string(plan.program.spec.placement)},
          {{"activation_sram_bytes", "activation SRAM", "bytes"}, activation_sram},
          {{"activation_sram_fill", "  of them needed", "", Style::kPercent},
           share(plan.program.activation_bytes, activation_sram)},
          {{"fits_activations", "  all activations fit"}, yes_or_no(plan.activations_fit)},
          {{"accumulator_depth", "accumulator entries", "per column"},
           std::int64_t{spec.accumulator.depth}},
          {{"m_max", "  largest M", "pixels"}, largest_m},
          {{"m_blocks_max", "  in blocks"}, blocks},
          {{"accumulator_bits", "  bits of each"}, std::int64_t{spec.accumulator.bits}},
          {{"sum_bits_max", "  bits of the largest sum"},
           std::int64_t{experiment::largest_sum_bits(network)}}};
}

std::vector<Fact> plan_facts(const models::QuantizedNetwork& network, const NetworkPlan& plan) {
  const hardware::AcceleratorSpec& spec = plan.asked;
  const double latency = static_cast<double>(plan.times.total) / spec.clock_hz;
  std::vector<Fact> facts = {{{"accelerator", "accelerator"}, spec.name},
                             {{"tiles", "tiles"}, plan.program.tiles.size()}};
  append(facts, fit_facts(network, plan));
  const hardware::Cycle layers_end = plan.times.layers.back().end;
  append(facts, {{{"cycles", "cycles"}, plan.times.total},
                 {{"transfer_cycles", "  of them input and output"},
                  plan.times.input_ready + (plan.times.total - layers_end)},
                 {{"latency_s", "latency", "s", Style::kQuantity}, latency},
                 {{"setup_cycles", "setup, once", "cycles to load the weights"},
                  timing::setup_cycles(plan.program)},
                 cells_fact(spec, hardware::OnChipMemory::kWeightSram),
                 cells_fact(spec, hardware::OnChipMemory::kActivationSram),
                 cells_fact(spec, hardware::OnChipMemory::kAccumulator)});
  return facts;
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const auto accelerator = arguments.path("accelerator");
  if (!accelerator && arguments.has("set")) fail_option("set", "needs --accelerator");
  std::optional<config::AcceleratorConfig> machine;
  if (accelerator) machine = config::load_accelerator(*accelerator, arguments.all("set"));
  const models::QuantizedNetwork network =
      models::import_network(arguments.positional(), network_input_of(arguments));
  std::optional<NetworkPlan> plan;
  if (machine) {
    try {
      plan = experiment::plan_network(network, machine->spec);
    } catch (const InputError& error) {
      throw error.within(arguments.positional() + " on accelerator '" + machine->spec.name + "'");
    }
  }

  Report report{.facts = network_facts(network, arguments.positional()),
                .table = layer_table(network, plan)};
  if (plan) {
    append(report.facts, plan_facts(network, *plan));
    append(report.facts, area_facts(machine->energy_table, machine->spec));
  }
  if (!network.notes.empty()) {
    report.facts.push_back({{"notes", "notes"}, fmt::format("{}", fmt::join(network.notes, "; "))});
  }
  streams.out << render(report, format);
  return 0;
}

}  // namespace

Command network_command() { return {spec(), run}; }

}  // namespace brownout::cli

// `brownout run`: one operating point of one chip, with its layers.
#include <fmt/format.h>
#include <algorithm>

#include <ostream>
#include <stdexcept>

#include "sim/cli/command.hpp"
#include "sim/cli/energy_lines.hpp"
#include "sim/cli/explain.hpp"
#include "sim/cli/layer_table.hpp"
#include "sim/cli/memory_facts.hpp"
#include "sim/cli/notes.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/score_cells.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/experiment/session/nominal_energy.hpp"
#include "sim/experiment/session/point_costs.hpp"
#include "sim/experiment/session/session.hpp"
#include "sim/experiment/weights_file.hpp"
#include "sim/timing/program_cycles.hpp"

namespace brownout::cli {
namespace {

CommandSpec spec() {
  return {
      .name = "run",
      .summary = "one operating point of one chip: accuracy, energy, latency, layers",
      .purpose =
          "Runs a workload at one voltage of its weight SRAM on one chip. All images go through "
          "the "
          "integer engine with the weights as the array reads them out of failing cells; the first "
          "ones also go through the SystemC model of the accelerator, which must agree in every "
          "value, cycle and count. Prints accuracy, energy and latency, then a line per layer.",
      .example = "brownout run workloads/mnist_cnn.yaml --voltage 0.83",
      .positional = "WORKLOAD.yaml",
      .options = joined(
          {operating_point_options(),
           {{"chip", "N", "Which of the generated chips. Default: 0."}},
           image_options(),
           {{"cosim-images", "N",
             "Images that the SystemC model runs too, and must agree on. Default: 1."},
            {"explain", "N",
             "Also lists the N faults that change a weight most, relative to the largest weight of "
             "its layer: from the cell to layer, tile, k, n and bit. A line per cell and weight. "
             "csv then holds these lines instead of the layers. The layer table shows wrong bits "
             "by "
             "direction, words touched and the size of errors, too."},
            {"energy", "",
             "Also lists where the energy goes: how often each event happens, what it costs, and "
             "what leaks. csv then holds these lines instead of the layers."},
            {"logits-out", "FILE.npz",
             "Writes the network's output codes, a row per image: 'logits'; of a network with "
             "several outputs the others as 'logits_NAME'."}},
           workload_options(),
           output_options()})};
}

std::string describe(const hardware::SramSpec& sram) {
  return fmt::format("{} KiB, {} banks x {} bits, column mux {}", sram.capacity_kib, sram.banks,
                     sram.word_bits, sram.column_mux);
}

std::string describe_accumulators(const hardware::AcceleratorSpec& spec) {
  const auto cells =
      hardware::organisation(spec, hardware::OnChipMemory::kAccumulator).geometry().cells();
  return fmt::format("{:g} KiB, 2 x {} entries x {} columns x {} bits",
                     static_cast<double>(cells) / (8 * 1024), spec.accumulator.depth,
                     spec.array.columns, spec.accumulator.bits);
}

std::vector<Fact> machine_facts(const config::WorkloadConfig& config) {
  const hardware::AcceleratorSpec& spec = config.accelerator;
  const memory::VoltageProfileData& profile = config.memory.weight_sram().profile->data();
  return {
      {{"workload", "workload"}, config.name},
      {{"network", "network"}, config.network.string()},
      {{"accelerator", "accelerator"},
       fmt::format("{}: {} x {} PEs, {}, {:g} MHz", spec.name, spec.array.rows, spec.array.columns,
                   hardware::kDataflow, spec.clock_hz / 1e6)},
      {{"weight_sram", "weight SRAM"},
       describe(spec.weight_sram) + ", " + hardware::to_string(spec.placement)},
      {{"activation_sram", "activation SRAM"}, describe(spec.activation_sram)},
      {{"accumulator", "accumulators"}, describe_accumulators(spec)},
      {{"dram", "DRAM"},
       fmt::format("{:g} GB/s ({} bytes a cycle), latency {} cycles, bursts of {} bytes",
                   spec.dram.bytes_per_cycle * spec.clock_hz / 1e9, spec.dram.bytes_per_cycle,
                   spec.dram.latency_cycles, spec.dram.burst_bytes)},
      {{"energy_table", "energy table"}, config.energy_table.name()},
      {{"memory_profile", "memory profile"}, profile.name + ": " + profile.source},
  };
}

std::vector<Fact> accuracy_facts(const experiment::Images& images,
                                 const experiment::PointResult& point) {
  const experiment::MemoryResult& memory = point.memories.front();
  std::vector<Fact> facts = {{{"voltage", "voltage", memory.unit}, voltage_cell(memory.voltage)},
                             {{"unit", ""}, memory.unit},
                             {{"ber", "bit error rate", "of the cells", Style::kRate}, memory.ber}};
  append(facts, intermittent_facts(point.intermittent_cells));
  const std::vector<Fact> outcome = {
      {{"effective_ber", "effective BER", "of the weight bits fetched", Style::kRate},
       point.effective_ber},
      {{"weights_changed", "weights changed", "", Style::kPercent}, point.weights_changed},
      {{"images", "images"}, point.images},
  };
  append(facts, outcome);
  append(facts, score_facts(images, point.score));
  append(facts, reference_facts(images.metric, point));
  return facts;
}

std::vector<Fact> code_facts(const memory::StorageScheme& scheme,
                             const experiment::PointResult& point) {
  std::vector<Fact> facts = {
      {{"words_corrected", "  words corrected", "of the codewords fetched", Style::kRate},
       point.mitigated.corrected},
      {{"words_uncorrectable", "  uncorrectable", "of them", Style::kRate},
       point.mitigated.uncorrectable},
      {{"words_miscorrected", "  miscorrected", "of them, passed on as good with wrong data",
        Style::kRate},
       point.mitigated.miscorrected}};
  if (scheme.refetches()) {
    facts.push_back({{"words_refetched", "  words fetched again", "from DRAM, of an inference"},
                     static_cast<std::int64_t>(point.mitigated.refetched)});
  }
  return facts;
}

/// What stands beside the data of words, and behind those of tiles.
std::vector<Fact> width_facts(const schedule::TileProgram& program) {
  const hardware::SramSpec& sram = program.spec.weight_sram;
  const std::string beside = fmt::format("beside {} of data in a word", sram.word_bits);
  const int checks = sram.check_bits - sram.flag_bits, flags = sram.flag_bits;
  std::vector<Fact> facts;
  if (checks > 0) facts.push_back({{"check_bits", "  check bits", beside}, std::int64_t{checks}});
  if (flags > 0) facts.push_back({{"flag_bits", "  flags", beside}, std::int64_t{flags}});
  if (sram.column_changes.any()) {
    std::uint64_t words = 0;
    for (const schedule::Tile& tile : program.tiles) words += tile.flag_words;
    facts.push_back({{"flag_words", "  flag words", "of columns, behind the weights"}, words});
  }
  return facts;
}

/// Nothing where there are no spare lines.
std::vector<Fact> repair_facts(const experiment::Plan& plan, const experiment::PointResult& point) {
  if (!point.repair) return {};
  const memory::RepairCounts& repair = *point.repair;
  const hardware::SramSpec& sram = plan.program.spec.weight_sram;
  const auto there_are = [&](std::uint32_t lines) {
    return fmt::format("of {}", std::uint64_t{lines} * static_cast<std::uint64_t>(sram.banks));
  };
  return {
      {{"spare_columns_used", "  spare columns used", there_are(sram.spares.columns)},
       repair.columns_used},
      {{"spare_rows_used", "  spare rows used", there_are(sram.spares.rows)}, repair.rows_used},
      {{"cells_repaired", "  cells repaired", "that always fail"}, repair.cells_repaired()},
      {{"cells_left", "  cells left", "likewise; 0: the die can be repaired"}, repair.cells_left}};
}

/// Nothing where none acts.
std::vector<Fact> mitigation_facts(const experiment::Plan& plan,
                                   const experiment::PointResult& point) {
  const config::MemoryConfig& memory = plan.config.memory;
  if (memory.mitigations.empty()) return {};
  const hardware::SramSpec& sram = plan.program.spec.weight_sram;
  std::vector<Fact> facts = {
      {{"mitigations", "mitigations"}, fmt::format("{}", fmt::join(memory.mitigations, ", "))},
      {{"residual_ber", "  residual BER", "of the weight bits, as the array gets them",
        Style::kRate},
       point.mitigated.residual_ber}};
  if (memory.scheme.code->name != "none") append(facts, code_facts(memory.scheme, point));
  append(facts, width_facts(plan.program));
  append(facts, repair_facts(plan, point));
  const double area = sram.area_kib() / sram.capacity_kib;
  append(
      facts,
      {{{"area_added", "  cells added", "to the weight SRAM, by area", Style::kPercent}, area - 1},
       {{"mitigation_energy_j", "  energy", "J", Style::kQuantity}, point.mitigation_joules}});
  return facts;
}

/// Nothing where the profile has no nominal voltage.
std::vector<Fact> nominal_facts(const experiment::Plan& plan,
                                const experiment::PointResult& point) {
  experiment::PointEnergy energy{point.energy.total(), point.energy_rel,
                                 point.energy.weight_sram()};
  if (point.supply_energy && point.supply.feeds(hardware::OnChipMemory::kWeightSram)) {
    energy.supply = point.supply_energy->joules;
  }
  const auto saving = experiment::saving_against_nominal(plan, energy);
  if (!saving) return {};
  const std::string title =
      "saving against " + saving->nominal.text() + " " + point.memories.front().unit;
  std::vector<Fact> facts = {
      {{"nominal_voltage", ""}, voltage_cell(saving->nominal)},
      {{"nominal_saving", title, "", Style::kPercent}, saving->total},
      {{"nominal_weight_sram_saving", "  of the weight SRAM", "", Style::kPercent},
       saving->weight_sram}};
  if (saving->supply) {
    facts.push_back({{"nominal_supply_saving", "  of " + point.supply.name, "", Style::kPercent},
                     *saving->supply});
  }
  return facts;
}

/// By rail, which add up to the total; then of memories that share a supply.
std::vector<Fact> supply_facts(const experiment::PointResult& point) {
  const std::string relative = "of that at the error-free voltage";
  std::vector<Fact> facts = {{{"weight_sram_energy_j", "  weight SRAM", "J", Style::kQuantity},
                              point.energy.weight_sram()},
                             {{"weight_sram_energy_rel", "    relative", relative, Style::kRatio},
                              point.weight_sram_energy_rel},
                             {{"weight_sram_share", "    share of the total", "", Style::kPercent},
                              point.energy.weight_sram_share()}};
  for (const energy::Rail rail : energy::kRails) {
    if (rail == energy::Rail::kWeightSram) continue;
    const std::string key = to_string(rail) + "_energy";
    const double error_free = point.error_free_energy[rail];
    facts.push_back({{key + "_j", "  " + title(rail), "J", Style::kQuantity}, point.energy[rail]});
    facts.push_back({{key + "_rel"}, error_free == 0 ? Cell{} : point.energy[rail] / error_free});
  }
  if (!point.supply_energy) return facts;
  append(facts, {{{"supply_energy_j", "energy of " + point.supply.name, "J", Style::kQuantity},
                  point.supply_energy->joules},
                 {{"supply_energy_rel", "  relative", relative, Style::kRatio},
                  point.supply_energy->relative}});
  return facts;
}

std::vector<Fact> cost_facts(const experiment::Plan& plan, const experiment::PointResult& point) {
  std::vector<Fact> facts = {
      {{"energy_j", "energy per inference", "J", Style::kQuantity}, point.energy.total()},
      {{"energy_rel", "  relative", "of that at the error-free voltage", Style::kRatio},
       point.energy_rel},
  };
  append(facts, supply_facts(point));
  append(facts, nominal_facts(plan, point));
  const double clock = experiment::clock_hz(plan, plan.config.operating_point);
  if (clock != plan.program.spec.clock_hz) {
    facts.push_back({{"clock_hz", "clock", "Hz", Style::kQuantity}, clock});
  }
  const std::vector<Fact> time = {
      {{"latency_s", "latency", "s", Style::kQuantity}, point.latency_s},
      {{"cycles", "cycles"}, point.cycles},
      {{"stall_cycles", "  of them stalls"}, point.stall_cycles},
      {{"setup_cycles", "setup, once", "cycles to load the weights"},
       timing::setup_cycles(plan.program)},
  };
  append(facts, time);
  return facts;
}

/// Without --explain only CSV and JSON have the damage.
void leave_damage_to_files(Table& layers) {
  const auto find = [&](const char* key) {
    return std::find_if(layers.columns.begin(), layers.columns.end(),
                        [&](const Column& c) { return c.key == key; });
  };
  const auto last = find("weight_error_max");
  for (auto column = find("effective_ber_0to1"); column <= last; ++column) column->title.clear();
}

/// The output that is scored as `logits`, others as `logits_NAME`.
void write_logits(const std::filesystem::path& path, const models::QuantizedNetwork& network,
                  const experiment::PointResult& point) {
  const std::vector<models::TensorId> tensors = network.output_tensors();
  std::vector<experiment::NamedCodes> arrays;
  const auto add = [&](const std::string& name, const std::vector<std::uint8_t>& codes) {
    const std::int64_t elements = static_cast<std::int64_t>(codes.size()) / point.images;
    arrays.push_back({name, {point.images, elements}, codes});
  };
  add("logits", point.outputs.logits);
  for (const models::NetworkOutput& output : network.outputs) {
    const auto found = std::find(tensors.begin(), tensors.end(), output.tensor);
    const auto i = static_cast<std::size_t>(found - tensors.begin());
    if (i > 0) add("logits_" + output.name, point.outputs.others[i - 1]);
  }
  experiment::write_codes_npz(path, arrays);
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const std::uint64_t number = chip_of(arguments);
  const int cosim_images = arguments.count("cosim-images", 0, 1'000'000).value_or(1);
  const auto explain = arguments.count("explain", 1, 1'000'000);
  arguments.exclude("explain", "energy");
  const auto logits = arguments.path("logits-out");
  if (logits) check_output_file(*logits, "logits-out");
  config::WorkloadConfig config = load_config(arguments);
  const auto ber = set_operating_point(arguments, config);

  Progress progress(streams.err, progress_form(arguments.has("quiet")));
  progress.show("loading " + config.name);
  experiment::Session session(config);
  Count images{0, 2 * static_cast<std::size_t>(session.images().count),
               "images with and without faults"};
  progress.update(images);
  session.watch([&](std::int64_t more) {
    images.done += static_cast<std::size_t>(more);
    progress.update(images);
  });
  experiment::Point asked = experiment::operating_point(config, number);
  asked.cosim_images = cosim_images;
  asked.ber_asked = ber;
  const experiment::Chip chip(session.plan(), number);
  const experiment::PointResult point = session.run(asked, chip);
  progress.clear();
  if (logits) write_logits(*logits, session.plan().network, point);

  Report report{.facts = machine_facts(config), .table = layer_table(point)};
  append(report.facts, chip_facts(config.memory, number, point.memories.front().source));
  report.facts.push_back(ber_fact(ber));
  append(report.facts, accuracy_facts(session.images(), point));
  append(report.facts, mitigation_facts(session.plan(), point));
  append(report.facts, memory_facts(point));
  append(report.facts, cost_facts(session.plan(), point));
  append(report.facts, {{{"cosim_images", "co-simulated images", "agreed with the SystemC model"},
                         std::int64_t{point.cosim_images}},
                        {{"engine", "integer engine"}, session.convolution_path()}});
  if (explain) {
    report.detail =
        worst_fault_table(session.plan(), chip, asked, static_cast<std::size_t>(*explain));
  } else {
    leave_damage_to_files(report.table);
  }
  if (arguments.has("energy")) {
    report.detail = energy_line_table(session.plan(), point);
    append(report.facts, area_facts(config.energy_table, session.plan().program.spec));
  }
  streams.out << render(report, format);
  Notes notes = run_notes(session, point);
  if (ber) append(notes, rate_notes({*ber}, *config.memory.weight_sram().profile));
  print_notes(streams.err, notes, arguments.has("quiet"));
  return 0;
}

}  // namespace

Command run_command() { return {spec(), run}; }

}  // namespace brownout::cli

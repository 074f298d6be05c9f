// `brownout weights`: the weights as the array reads them, for other tools.
#include <limits>
#include <ostream>

#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/experiment/session/session.hpp"
#include "sim/experiment/weights_file.hpp"

namespace brownout::cli {
namespace {

CommandSpec spec() {
  return {
      .name = "weights",
      .summary = "the weights as the array reads them at a voltage, as a NumPy file",
      .purpose =
          "Writes exactly the weights that the array reads out of the failing weight SRAM of one "
          "chip: an int8 array per weight tensor, under its name and in its layout in the "
          "network's file. Put "
          "there in place of the weights, they make ONNX Runtime, or LiteRT, compute the "
          "same logits as brownout run.",
      .example =
          "brownout weights workloads/mnist_cnn.yaml --voltage 0.83 --chip 3 --out "
          "faulty.npz",
      .positional = "WORKLOAD.yaml",
      .options = joined({{{"out", "FILE.npz", "File that is written. Required."},
                          {"chip", "N", "Which of the generated chips. Default: 0."},
                          {"inference", "N",
                           "Which inference, counted by images from 0, when the chip has "
                           "intermittent cells: each draws anew which of them fail. Default: 0."}},
                         operating_point_options(),
                         workload_options(),
                         output_options()})};
}

std::uint64_t weight_count(const models::WeightSet& weights) {
  std::uint64_t count = 0;
  for (const std::vector<std::int8_t>& layer : weights) count += layer.size();
  return count;
}

std::vector<Fact> voltage_facts(const experiment::ReadWeights& weights) {
  const experiment::MemoryResult& memory = weights.memory;
  std::vector<Fact> facts = {{{"voltage", "voltage", memory.unit}, voltage_cell(memory.voltage)},
                             {{"unit", ""}, memory.unit},
                             {{"ber", "bit error rate", "of the cells", Style::kRate}, memory.ber}};
  append(facts, intermittent_facts(weights.intermittent_cells));
  return facts;
}

std::vector<Fact> damage_facts(const storage::WeightReadback& readback) {
  return {
      {{"effective_ber", "effective BER", "of the weight bits fetched", Style::kRate},
       readback.effective_ber()},
      {{"weights", "weights"}, weight_count(readback.weights)},
      {{"weights_changed", "weights changed", "", Style::kPercent}, readback.weights_changed()}};
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const std::uint64_t chip = chip_of(arguments);
  const std::uint64_t inference =
      arguments.integer("inference", 0, std::numeric_limits<std::uint64_t>::max()).value_or(0);
  const std::filesystem::path out = arguments.required("out");
  check_output_file(out, "out");
  config::WorkloadConfig config = load_config(arguments);
  const auto ber = set_operating_point(arguments, config);

  const experiment::Plan plan = experiment::make_plan(config);
  const experiment::ReadWeights weights =
      experiment::read_weights(plan, experiment::operating_point(config, chip), inference);
  experiment::write_weights_npz(out, plan.network, weights.readback.weights);

  Report report{.facts = {{{"file", "file"}, out.string()},
                          {{"network", "network"}, config.network.string()}},
                .table = {}};
  append(report.facts, chip_facts(config.memory, chip, weights.memory.source));
  if (ber) report.facts.push_back(ber_fact(*ber));
  append(report.facts, voltage_facts(weights));
  if (weights.intermittent_cells > 0) {
    report.facts.push_back({{"inference", "inference"}, inference});
  }
  append(report.facts, damage_facts(weights.readback));
  streams.out << render(report, format);
  return 0;
}

}  // namespace

Command weights_command() { return {spec(), run}; }

}  // namespace brownout::cli

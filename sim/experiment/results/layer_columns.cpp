#include "sim/experiment/results/layer_columns.hpp"

#include "sim/experiment/results/point_columns.hpp"

namespace brownout::experiment {
namespace {

using LayerColumn = Column<LayerResult>;

std::vector<LayerColumn> product_columns() {
  return {
      {"layer", "",
       "node name of the ONNX file (its output's name where the node has none); TFLite: name of "
       "the output tensor up to the first semicolon",
       &LayerResult::name},
      {"kind", "", "as network calls its operator, such as conv, fully_connected, add; or transfer",
       &LayerResult::kind},
      {"m", "", "output pixels of the layer's matrix product; 0 for layers without weights",
       &LayerResult::m},
      {"n", "", "its output channels per group; likewise", &LayerResult::n},
      {"k", "", "its products per sum; likewise", &LayerResult::k},
      {"macs", "per image", "m x n x k x groups", &LayerResult::macs},
      {"weights", "count", "weights of the layer", &LayerResult::weights},
      {"weights_changed", "share", "as above, for this layer", &LayerResult::weights_changed},
      {"effective_ber", "share", "likewise", &LayerResult::effective_ber},
  };
}

std::vector<LayerColumn> cycle_columns() {
  const auto of = [](hardware::Cycle hardware::CycleBreakdown::*part) {
    return [part](const LayerResult& layer) { return layer.cycles.*part; };
  };
  using hardware::CycleBreakdown;
  return {
      {"cycles", "cycles", "sum of the next five, its causes",
       [](const LayerResult& layer) { return layer.cycles.total(); }},
      {"compute_cycles", "cycles", "the array loads, streams and drains",
       of(&CycleBreakdown::compute)},
      {"weight_fetch_cycles", "cycles",
       "the array waits for weight rows of more words than the SRAM has banks",
       of(&CycleBreakdown::weight_fetch)},
      {"dram_cycles", "cycles", "waiting for weights, input or output", of(&CycleBreakdown::dram)},
      {"accumulator_cycles", "cycles", "waiting for the vector unit to free accumulators",
       of(&CycleBreakdown::accumulator)},
      {"vector_cycles", "cycles", "the array is done or not needed, the vector unit works",
       of(&CycleBreakdown::vector)},
      {"utilization", "share", "macs / (cycles x PEs)", &LayerResult::utilization},
  };
}

LayerColumn energy_column(energy::Rail rail) {
  return {to_string(rail) + "_energy_j", "J", "of this rail; leakage during the layer included",
          [rail](const LayerResult& layer) { return layer.energy[rail]; }};
}

std::vector<LayerColumn> energy_columns() {
  using energy::Rail;
  std::vector<LayerColumn> columns = {
      {"energy_j", "J", "per inference",
       [](const LayerResult& layer) { return layer.energy.total(); }}};
  for (const Rail rail : {Rail::kWeightSram, Rail::kLogic, Rail::kActivationSram, Rail::kDram}) {
    columns.push_back(energy_column(rail));
  }
  return columns;
}

/// What the faults did to the weights.
std::vector<LayerColumn> damage_columns() {
  return {
      {"effective_ber_0to1", "share",
       "bits that were stored as 0 and read as 1; of all weight bits fetched, so that this and the "
       "next add up to effective_ber",
       &LayerResult::effective_ber_0to1},
      {"effective_ber_1to0", "share", "the other way", &LayerResult::effective_ber_1to0},
      {"words", "count", "words of the weight SRAM that the layer's tiles take",
       &LayerResult::words},
      {"words_touched", "share", "of these, words in which a weight bit reads wrong",
       &LayerResult::words_touched},
      {"weight_error_mean", "steps",
       "mean of |weight as read - the network's| over all weights of the layer, in quantization "
       "steps",
       &LayerResult::weight_error_mean},
      {"weight_error_max", "steps", "the largest of them", &LayerResult::weight_error_max},
  };
}

std::vector<LayerColumn> mitigation_columns() {
  const auto of = [](double MitigatedWeights::*share) {
    return [share](const LayerResult& layer) { return layer.mitigated.*share; };
  };
  return {
      {"residual_ber", "share", "as above, for this layer", of(&MitigatedWeights::residual_ber)},
      {"words_corrected", "share", "likewise", of(&MitigatedWeights::corrected)},
      {"words_uncorrectable", "share", "likewise", of(&MitigatedWeights::uncorrectable)},
      {"words_miscorrected", "share", "likewise", of(&MitigatedWeights::miscorrected)},
      {"words_refetched", "", "likewise",
       [](const LayerResult& layer) { return layer.mitigated.refetched; }},
  };
}

}  // namespace

const std::vector<LayerColumn>& layer_columns() {
  static const std::vector<LayerColumn> columns =
      joined<LayerResult>({product_columns(),
                           cycle_columns(),
                           energy_columns(),
                           damage_columns(),
                           optional_columns(&OptionalColumns::mitigations, mitigation_columns()),
                           {energy_column(energy::Rail::kAccumulator)}});
  return columns;
}

std::string layers_header(const OptionalColumns& present) {
  CsvRow header;
  add_names(point_key_columns(), present, header);
  add_names(layer_columns(), present, header);
  return header.text();
}

std::string layer_rows(const PointResult& point) {
  std::string rows;
  for (const LayerResult& layer : point.layers) {
    CsvRow row;
    add_fields(point_key_columns(), point.columns, point, row);
    add_fields(layer_columns(), point.columns, layer, row);
    rows += row.text() + '\n';
  }
  return rows;
}

}  // namespace brownout::experiment

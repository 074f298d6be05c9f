#include "sim/experiment/results/point_columns.hpp"

#include <algorithm>

namespace brownout::experiment {
namespace {

using PointColumn = Column<PointResult>;

const MemoryResult* find_memory(const PointResult& point, hardware::OnChipMemory memory) {
  const auto found =
      std::find_if(point.memories.begin(), point.memories.end(),
                   [&](const MemoryResult& result) { return result.memory == memory; });
  return found == point.memories.end() ? nullptr : &*found;
}

std::vector<PointColumn> fault_columns() {
  return {
      {"ber", "share",
       "failing cells / all cells of the memories on that supply, of this chip at this voltage; "
       "intermittent cells count with their chance",
       &PointResult::ber},
      {"effective_ber", "share",
       "bits that differ from what was written / bits, over the weight bits fetched in one "
       "inference, each fetch counted; with intermittent cells the mean over the images",
       &PointResult::effective_ber},
      {"weights_changed", "share",
       "weights whose value, as read, differs from the network's; likewise",
       &PointResult::weights_changed},
      {"images", "count", "images that were run", &PointResult::images},
  };
}

/// The value and its interval.
std::vector<PointColumn> metric_columns(Metric metric, const std::string& unit,
                                        const std::string& meaning) {
  const auto column = [&](const char* suffix, double (*part)(const Estimate&)) {
    return PointColumn(to_string(metric) + suffix, unit, meaning,
                       [metric, part](const PointResult& point) {
                         const std::optional<Estimate>& estimate = point.score[metric];
                         return estimate ? Field(part(*estimate)) : Field();
                       });
  };
  return {column("", [](const Estimate& estimate) { return estimate.value; }),
          column("_ci_low", [](const Estimate& estimate) { return estimate.interval.low; }),
          column("_ci_high", [](const Estimate& estimate) { return estimate.interval.high; })};
}

std::vector<PointColumn> cost_columns() {
  return {
      {"energy_j", "J", "energy of one inference, mean over the images",
       [](const PointResult& point) { return point.energy.total(); }},
      {"energy_rel", "ratio",
       "energy_j / that of the same workload with all memories at their error-free voltages",
       &PointResult::energy_rel},
      {"weight_sram_energy_j", "J", "part of the rail weight_sram",
       [](const PointResult& point) { return point.energy.weight_sram(); }},
      {"weight_sram_energy_rel", "ratio", "the same ratio for that rail",
       &PointResult::weight_sram_energy_rel},
      {"weight_sram_share", "share", "weight_sram_energy_j / energy_j",
       [](const PointResult& point) { return point.energy.weight_sram_share(); }},
      {"latency_s", "s", "cycles, not rounded, / clock", &PointResult::latency_s},
      {"cycles", "cycles",
       "one inference, from the start of the input transfer to the end of the output transfer; "
       "where "
       "inferences take times of their own, the mean, in whole cycles",
       &PointResult::cycles},
      {"stall_cycles", "cycles", "of these, waiting for words of a row, DRAM or accumulators",
       &PointResult::stall_cycles},
      {"cosim_images", "count", "images that the SystemC machine ran too, and agreed on",
       &PointResult::cosim_images},
  };
}

/// Of one memory; empty where it is error-free.
std::vector<PointColumn> memory_columns(hardware::OnChipMemory memory) {
  return {{hardware::to_string(memory) + "_voltage", "unit of its profile",
           "supply of this memory; empty where it is error-free",
           [memory](const PointResult& point) -> Field {
             const MemoryResult* result = find_memory(point, memory);
             if (result == nullptr) return {};
             return result->voltage.text();
           }},
          {hardware::to_string(memory) + "_ber", "share",
           "failing cells / all cells of this memory, likewise",
           [memory](const PointResult& point) -> Field {
             const MemoryResult* result = find_memory(point, memory);
             if (result == nullptr) return {};
             return result->ber;
           }}};
}

std::vector<PointColumn> rail_columns() {
  std::vector<PointColumn> columns = {
      {"rail", "",
       "the supply of voltage and ber: weight_sram, activation_sram, accumulator, or its name in "
       "accelerator.supplies",
       [](const PointResult& point) { return point.supply.name; }}};
  for (const hardware::OnChipMemory memory : hardware::kOnChipMemories) {
    for (PointColumn& column : memory_columns(memory)) columns.push_back(std::move(column));
  }
  return columns;
}

std::vector<PointColumn> comparison_columns() {
  const auto pairs = [](std::int64_t PairedCounts::*count) {
    return [count](const PointResult& point) -> Field {
      if (!point.paired) return {};
      return (*point.paired).*count;
    };
  };
  return {
      {"ber_asked", "share",
       "bit error rate of --ber that the voltage stands for; empty in a sweep over voltages",
       [](const PointResult& point) { return or_empty(point.ber_asked); }},
      {"reference", "as the metric",
       "the metric that the workload is judged by, of the network without any fault, on the same "
       "images: the same in all rows",
       &PointResult::reference},
      {"images_lost", "count",
       "images that top-1 gets right without faults and wrong here; empty for a reconstruction",
       pairs(&PairedCounts::lost)},
      {"images_gained", "count", "the other way; likewise", pairs(&PairedCounts::gained)},
  };
}

std::vector<PointColumn> robust_error_columns() {
  const auto column = [](const char* name, double (*part)(const Estimate&)) {
    return PointColumn(name, "share",
                       "robust error (RErr): images that are wrong without faults or with them, "
                       "with its interval; empty for a reconstruction",
                       [part](const PointResult& point) -> Field {
                         if (!point.paired) return {};
                         return part(robust_error(point.reference, *point.paired, point.images));
                       });
  };
  return {column("rerr", [](const Estimate& estimate) { return estimate.value; }),
          column("rerr_ci_low", [](const Estimate& estimate) { return estimate.interval.low; }),
          column("rerr_ci_high", [](const Estimate& estimate) { return estimate.interval.high; })};
}

std::vector<PointColumn> supply_columns() {
  return {{"supply_energy_j", "J",
           "of one inference: accesses and leakage of the memories on the supply rail",
           [](const PointResult& point) { return point.supply_energy.value().joules; }},
          {"supply_energy_rel", "ratio", "the same ratio as energy_rel for them",
           [](const PointResult& point) { return point.supply_energy.value().relative; }}};
}

std::vector<PointColumn> mitigation_columns() {
  const auto of = [](double MitigatedWeights::*share) {
    return [share](const PointResult& point) { return point.mitigated.*share; };
  };
  return {
      {"residual_ber", "share",
       "weight bits that the array gets other than the network has them, behind word code and "
       "write "
       "policy; of those fetched, as effective_ber",
       of(&MitigatedWeights::residual_ber)},
      {"words_corrected", "share", "codewords that the word code corrected, of those fetched",
       of(&MitigatedWeights::corrected)},
      {"words_uncorrectable", "share", "codewords that it found wrong and could not correct",
       of(&MitigatedWeights::uncorrectable)},
      {"words_miscorrected", "share",
       "codewords that it passed on as good, corrected or not, with wrong data",
       of(&MitigatedWeights::miscorrected)},
      {"mitigation_energy_j", "J",
       "part of energy_j: access and leakage of check bits and spare lines, what protected bits "
       "take "
       "beyond others, encoder and decoder, words fetched again",
       &PointResult::mitigation_joules},
      {"words_refetched", "", "words of an inference that DRAM is asked for again",
       [](const PointResult& point) { return point.mitigated.refetched; }},
  };
}

std::vector<PointColumn> repair_columns() {
  return {{"spare_columns_used", "count", "spare columns that took a column's place, of all banks",
           [](const PointResult& point) { return point.repair.value().columns_used; }},
          {"spare_rows_used", "count", "likewise of rows",
           [](const PointResult& point) { return point.repair.value().rows_used; }},
          {"cells_repaired", "count",
           "fewer cells that always fail at program_at, for the lines that were replaced",
           [](const PointResult& point) { return point.repair.value().cells_repaired(); }},
          {"cells_left", "count", "those that are left; 0: the die could be repaired",
           [](const PointResult& point) { return point.repair.value().cells_left; }}};
}

/// Of the rails beside the weight SRAM's.
std::vector<PointColumn> other_energy_columns() {
  using energy::Rail;
  std::vector<PointColumn> columns;
  for (const Rail rail : {Rail::kLogic, Rail::kActivationSram, Rail::kAccumulator, Rail::kDram}) {
    const std::string name = to_string(rail);
    columns.push_back({name + "_energy_j", "J", "part of energy_j: the rail " + name,
                       [rail](const PointResult& point) { return point.energy[rail]; }});
    columns.push_back({name + "_energy_rel", "ratio",
                       "the same ratio for that rail; empty where it takes none",
                       [rail](const PointResult& point) -> Field {
                         const double error_free = point.error_free_energy[rail];
                         if (error_free == 0) return {};
                         return point.energy[rail] / error_free;
                       }});
  }
  return columns;
}

}  // namespace

const std::vector<PointColumn>& point_key_columns() {
  static const std::vector<PointColumn> columns = {
      {"voltage", "unit", "of the supply that is swept: the weight SRAM's, or sweep.rail",
       [](const PointResult& point) { return point.voltage().text(); }},
      {"unit", "", "V or Vmin, from the memory profile", &PointResult::unit},
      {"chip", "", "number of the chip in its ensemble; 0 for a map file", &PointResult::chip},
  };
  return columns;
}

const std::vector<PointColumn>& point_columns() {
  static const std::vector<PointColumn> columns = joined<PointResult>({
      point_key_columns(),
      fault_columns(),
      metric_columns(Metric::kTop1, "share",
                     "top-1 with its 95 % interval; empty for a reconstruction"),
      cost_columns(),
      optional_columns(&OptionalColumns::memories, rail_columns()),
      metric_columns(
          Metric::kTop5, "share",
          "top-5 with its interval; empty for a reconstruction, and for five outputs or fewer"),
      metric_columns(Metric::kReconstructionMse, "square of the input's unit",
                     "reconstruction error with its interval; empty for a classification"),
      metric_columns(Metric::kAuc, "share",
                     "ROC AUC with its interval; empty for a classification, and without images of "
                     "both kinds"),
      comparison_columns(),
      optional_columns(&OptionalColumns::supply_energy, supply_columns()),
      optional_columns(&OptionalColumns::mitigations, mitigation_columns()),
      optional_columns(&OptionalColumns::repair, repair_columns()),
      robust_error_columns(),
      other_energy_columns(),
  });
  return columns;
}

OptionalColumns columns_of(const config::WorkloadConfig& config) {
  return {.memories = config.memory.memories.size() > 1,
          .supply_energy = config.operating_point.any_joined(),
          .mitigations = !config.memory.mitigations.empty(),
          .repair = config.memory.spares.any()};
}

std::string points_header(const OptionalColumns& present) {
  CsvRow header;
  add_names(point_columns(), present, header);
  return header.text();
}

std::string point_row(const PointResult& point) {
  CsvRow row;
  add_fields(point_columns(), point.columns, point, row);
  return row.text();
}

}  // namespace brownout::experiment

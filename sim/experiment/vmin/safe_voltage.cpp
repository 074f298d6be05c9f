#include "sim/experiment/vmin/safe_voltage.hpp"

#include <nlohmann/json.hpp>

namespace brownout::experiment {
namespace {

using AnswerColumn = Column<SafeVoltage>;

/// Of a part that may be missing.
template <typename Part, typename Value>
AnswerColumn::Getter of(std::optional<Part> SafeVoltage::*part, Value Part::*value) {
  return [part, value](const SafeVoltage& answer) -> Field {
    if (!(answer.*part)) return {};
    return (*(answer.*part)).*value;
  };
}
template <typename Part>
AnswerColumn::Getter of(std::optional<Part> SafeVoltage::*part, memory::Voltage Part::*value) {
  return [part, value](const SafeVoltage& answer) -> Field {
    if (!(answer.*part)) return {};
    return ((*(answer.*part)).*value).value();
  };
}

/// Of the yield at the safe voltage.
AnswerColumn::Getter of_yield(double (*bound)(const SafeVoltage&)) {
  return
      [bound](const SafeVoltage& answer) { return answer.safe ? Field(bound(answer)) : Field(); };
}
Interval interval_of(const SafeVoltage& answer) {
  return yield_interval(answer.safe->passing, answer.safe->chips, answer.claim.confidence);
}

std::vector<AnswerColumn> claim_columns() {
  return {
      {"sentence", "", "the answer in words", &SafeVoltage::sentence},
      {"voltage", "unit", "the lowest voltage of the grid that is safe; null where none is",
       of(&SafeVoltage::safe, &SafeAt::voltage)},
      {"unit", "", "as in points.csv", &SafeVoltage::unit},
      {"yield", "share", "of the dies that was asked for",
       [](const SafeVoltage& answer) { return answer.claim.yield; }},
      {"confidence", "share", "likewise",
       [](const SafeVoltage& answer) { return answer.claim.confidence; }},
      {"metric", "", "that the workload is judged by",
       [](const SafeVoltage& answer) { return to_string(answer.mark.metric); }},
      {"reference", "share", "the metric without faults",
       [](const SafeVoltage& answer) { return answer.mark.reference; }},
      {"minimum", "share", "the metric to reach",
       [](const SafeVoltage& answer) { return answer.mark.minimum; }},
      {"max_drop", "points", "of --max-drop; null with another target",
       [](const SafeVoltage& answer) { return or_empty(answer.mark.max_drop); }},
  };
}

std::vector<AnswerColumn> yield_columns() {
  return {
      {"chips", "count", "chips of the ensemble", &SafeVoltage::chips},
      {"allowed_failures", "count", "of these, the most that may fail at a safe voltage",
       &SafeVoltage::allowed_failures},
      {"passing", "count", "chips that pass at the safe voltage; all were judged there",
       of(&SafeVoltage::safe, &SafeAt::passing)},
      {"yield_at_least", "share", "exact lower bound of the yield there, with the confidence",
       of_yield([](const SafeVoltage& answer) {
         return yield_at_least(answer.safe->passing, answer.safe->chips, answer.claim.confidence);
       })},
      {"yield_ci_low", "share", "exact two-sided interval of that yield, with the same confidence",
       of_yield([](const SafeVoltage& answer) { return interval_of(answer).low; })},
      {"yield_ci_high", "share", "likewise",
       of_yield([](const SafeVoltage& answer) { return interval_of(answer).high; })},
      {"refused_voltage", "unit",
       "the next lower voltage of the grid, or the highest where none is safe; null where there is "
       "none",
       of(&SafeVoltage::refused, &RefusedAt::voltage)},
      {"refused_chips", "count", "chips that were judged there",
       of(&SafeVoltage::refused, &RefusedAt::chips)},
      {"refused_failing", "count", "of these, those that fail",
       of(&SafeVoltage::refused, &RefusedAt::failing)},
  };
}

/// A name, empty where nothing of its kind costs anything; and its number.
std::vector<AnswerColumn> limit_columns() {
  const auto name = [](std::string Limit::*text) {
    return [text](const SafeVoltage& answer) -> Field {
      if (!answer.limit || ((*answer.limit).*text).empty()) return {};
      return (*answer.limit).*text;
    };
  };
  const auto number = [](std::string Limit::*text, double Limit::*value) {
    return [text, value](const SafeVoltage& answer) -> Field {
      if (!answer.limit || ((*answer.limit).*text).empty()) return {};
      return (*answer.limit).*value;
    };
  };
  return {
      {"limiting_layer", "", "the layer whose faults alone cost limiting_chip most",
       name(&Limit::layer)},
      {"limiting_chip", "", "a chip that fails there, of those that lose most",
       of(&SafeVoltage::limit, &Limit::chip)},
      {"limiting_drop", "share", "what it loses by the faults of this layer",
       number(&Limit::layer, &Limit::layer_drop)},
      {"limiting_drop_of_all", "share", "what it loses by all faults, on as many images",
       of(&SafeVoltage::limit, &Limit::drop_of_all)},
      {"limiting_bit", "", "the bit of the weights' codes, 0 the lowest, likewise",
       name(&Limit::bit)},
      {"limiting_bit_drop", "share", "what it loses by the faults of this bit",
       number(&Limit::bit, &Limit::bit_drop)},
      {"limiting_bitline", "",
       "of its four bitlines that damage weights most the one whose repair regains most",
       name(&Limit::bitline)},
      {"limiting_bitline_regained", "share", "what that is",
       number(&Limit::bitline, &Limit::bitline_regained)},
  };
}

std::vector<AnswerColumn> cost_columns() {
  const auto of_point = [](auto PointSummary::*value) {
    return [value](const SafeVoltage& answer) { return answer.point.*value; };
  };
  return {
      {"chip", "", "the chip of what follows, at the safe voltage (without one, the highest)",
       of_point(&PointSummary::chip)},
      {"ber", "share", "as in points.csv", of_point(&PointSummary::ber)},
      {"effective_ber", "share", "as in points.csv", of_point(&PointSummary::effective_ber)},
      {"energy_j", "J", "as in points.csv", of_point(&PointSummary::energy_j)},
      {"energy_rel", "ratio", "as in points.csv", of_point(&PointSummary::energy_rel)},
      {"weight_sram_energy_rel", "ratio", "as in points.csv",
       of_point(&PointSummary::weight_sram_energy_rel)},
      {"weight_sram_share", "share", "as in points.csv",
       of_point(&PointSummary::weight_sram_share)},
      {"latency_s", "s", "as in points.csv", of_point(&PointSummary::latency_s)},
      {"nominal_voltage", "unit", "of the weight SRAM's profile; null where that has none",
       of(&SafeVoltage::nominal, &NominalSaving::nominal)},
      {"nominal_saving", "share", "energy saved against that voltage, of the total",
       of(&SafeVoltage::nominal, &NominalSaving::total)},
      {"nominal_weight_sram_saving", "share", "likewise, of the weight SRAM's",
       of(&SafeVoltage::nominal, &NominalSaving::weight_sram)},
  };
}

/// By rail, and of memories that share the supply that was lowered.
std::vector<AnswerColumn> supply_columns() {
  std::vector<AnswerColumn> columns;
  for (const energy::Rail rail : energy::kRails) {
    columns.push_back(
        {to_string(rail) + "_energy_j", "J", "as in points.csv",
         [rail](const SafeVoltage& answer) { return answer.point.rail_energy_j[rail]; }});
  }
  for (const energy::Rail rail : energy::kRails) {
    if (rail == energy::Rail::kWeightSram) continue;  // among the costs
    columns.push_back({to_string(rail) + "_energy_rel", "ratio", "as in points.csv",
                       [rail](const SafeVoltage& answer) {
                         return or_empty(answer.point.rail_energy_rel[rail]);
                       }});
  }
  const std::vector<AnswerColumn> of_supply = {
      {"supply_energy_j", "J", "as in points.csv; null where no memories share a supply",
       [](const SafeVoltage& answer) { return or_empty(answer.point.supply_energy_j); }},
      {"supply_energy_rel", "ratio", "likewise",
       [](const SafeVoltage& answer) { return or_empty(answer.point.supply_energy_rel); }},
      {"nominal_supply_saving", "share",
       "energy saved against nominal_voltage by the memories on the weight SRAM's supply; null "
       "likewise",
       [](const SafeVoltage& answer) -> Field {
         return answer.nominal ? or_empty(answer.nominal->supply) : Field();
       }}};
  columns.insert(columns.end(), of_supply.begin(), of_supply.end());
  return columns;
}

std::vector<AnswerColumn> effort_columns() {
  const auto effort = [](Effort SafeVoltage::*of_what, std::int64_t Effort::*count) {
    return [of_what, count](const SafeVoltage& answer) { return answer.*of_what.*count; };
  };
  return {
      {"points", "count", "chips x voltages that were judged",
       effort(&SafeVoltage::used, &Effort::points)},
      {"grid_points", "count", "those of the whole grid",
       effort(&SafeVoltage::grid, &Effort::points)},
      {"images", "count", "images that it took to judge them",
       effort(&SafeVoltage::used, &Effort::images)},
      {"grid_images", "count", "those of the whole grid",
       effort(&SafeVoltage::grid, &Effort::images)},
      {"image_error", "share",
       "chance, at most, that any verdict is not that of all images; 0 where all were run",
       &SafeVoltage::image_error},
  };
}

}  // namespace

const std::vector<AnswerColumn>& safe_voltage_columns() {
  static const std::vector<AnswerColumn> columns =
      joined<SafeVoltage>({claim_columns(), yield_columns(), limit_columns(), cost_columns(),
                           effort_columns(), supply_columns()});
  return columns;
}

std::string safe_voltage_json(const SafeVoltage& answer) {
  nlohmann::ordered_json json;
  for (const AnswerColumn& column : safe_voltage_columns()) {
    nlohmann::ordered_json& value = json[column.name] = nullptr;
    const Field field = column.field(answer);
    if (const auto* text = std::get_if<std::string>(&field)) {
      value = *text;
    } else if (const auto* integer = std::get_if<std::int64_t>(&field)) {
      value = *integer;
    } else if (const auto* count = std::get_if<std::uint64_t>(&field)) {
      value = *count;
    } else if (const auto* number = std::get_if<double>(&field)) {
      value = *number;
    }
  }
  return json.dump(2) + "\n";
}

}  // namespace brownout::experiment

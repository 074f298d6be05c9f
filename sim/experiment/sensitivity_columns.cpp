#include "sim/experiment/sensitivity_columns.hpp"

#include "memory/base/arithmetic.hpp"

namespace brownout::experiment {
namespace {

using SensitivityColumn = Column<SensitivityRow>;

constexpr char kAsAbove[] = "as above";

std::vector<SensitivityColumn> key_columns() {
  const char* part = "the part; all where it is not restricted";
  return {
      {"layer", "", part, [](const SensitivityRow& row) { return row.part.layer; }},
      {"bit", "", part, [](const SensitivityRow& row) { return row.part.bit; }},
      {"polarity", "", part, [](const SensitivityRow& row) { return row.part.polarity; }},
      {"chip", "", kAsAbove, [](const SensitivityRow& row) { return row.point.chip; }},
      {"voltage", "", kAsAbove, [](const SensitivityRow& row) { return row.point.voltage.text(); }},
      {"unit", "", kAsAbove, &SensitivityRow::unit},
      {"ber", "", kAsAbove, [](const SensitivityRow& row) { return row.point.ber; }},
  };
}

std::vector<SensitivityColumn> size_columns() {
  return {
      {"weights", "count", "weights of which a bit may change",
       [](const SensitivityRow& row) { return row.part.weights; }},
      {"weights_share", "share", "of all weights of the network",
       [](const SensitivityRow& row) { return share(row.part.weights, row.whole.weights); }},
      {"weight_bits", "count",
       "bits that may change; of one direction, those that are stored as 0 (0to1) or as 1",
       [](const SensitivityRow& row) { return row.part.weight_bits; }},
      {"weight_bits_share", "share", "of all bits of all weights",
       [](const SensitivityRow& row) {
         return share(row.part.weight_bits, row.whole.weight_bits);
       }},
  };
}

std::vector<SensitivityColumn> damage_columns() {
  const char* meaning = "as above, of the whole network";
  return {
      {"effective_ber", "share", meaning,
       [](const SensitivityRow& row) { return row.point.effective_ber; }},
      {"weights_changed", "share", meaning,
       [](const SensitivityRow& row) { return row.point.weights_changed; }},
      {"images", "", kAsAbove, [](const SensitivityRow& row) { return row.point.images; }},
  };
}

/// The metric of the point, and of its chip without faults; empty where there is none.
SensitivityColumn score_column(Metric metric, const std::string& unit, const std::string& meaning) {
  return {to_string(metric), unit, meaning,
          [metric](const SensitivityRow& row) { return or_empty(row.point.score[metric]); }};
}
SensitivityColumn clean_column(Metric metric, const std::string& unit, const std::string& meaning) {
  return {to_string(metric) + "_clean", unit, meaning,
          [metric](const SensitivityRow& row) { return or_empty(row.clean.score[metric]); }};
}

std::vector<SensitivityColumn> score_columns() {
  std::vector<SensitivityColumn> columns = {
      score_column(Metric::kTop1, "", kAsAbove),
      clean_column(Metric::kTop1, "share", "top1 of this chip without faults in its weights")};
  for (const Metric metric : {Metric::kTop5, Metric::kReconstructionMse, Metric::kAuc}) {
    const char* meaning = "likewise; empty as in points.csv";
    columns.push_back(score_column(metric, "", meaning));
    columns.push_back(clean_column(metric, "", meaning));
  }
  return columns;
}

}  // namespace

const std::vector<SensitivityColumn>& sensitivity_columns() {
  static const std::vector<SensitivityColumn> columns =
      joined<SensitivityRow>({key_columns(), size_columns(), damage_columns(), score_columns()});
  return columns;
}

}  // namespace brownout::experiment

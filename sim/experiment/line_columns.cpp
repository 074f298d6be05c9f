#include "sim/experiment/line_columns.hpp"

namespace brownout::experiment {

const std::vector<Column<LineRow>>& line_columns() {
  const char* score = "the workload's metric of this chip";
  const auto of = [](PointSummary LineRow::*point) {
    return [point](const LineRow& row) { return row.score(row.*point); };
  };
  static const std::vector<Column<LineRow>> columns = {
      {"kind", "", "bank, row or bitline",
       [](const LineRow& row) { return memory::to_string(row.damage.line.kind); }},
      {"rank", "", "0 has the greatest error_share of its chip; of banks the bank's number",
       &LineRow::rank},
      {"chip", "", "as above", [](const LineRow& row) { return row.all.chip; }},
      {"bank", "", "of the line",
       [](const LineRow& row) { return std::uint64_t{row.damage.line.bank}; }},
      {"index", "", "of the row or the column in its bank; 0 of a bank",
       [](const LineRow& row) { return std::uint64_t{row.damage.line.index}; }},
      {"voltage", "", "as above", [](const LineRow& row) { return row.all.voltage.text(); }},
      {"unit", "", "as above", &LineRow::unit},
      {"faults", "count", "pairs of a failing cell of the line and a weight that it alone changes",
       [](const LineRow& row) { return row.damage.faults; }},
      {"error_share", "share",
       "sum of the squares of their errors, each relative to the layer's largest weight, of that "
       "of all lines",
       [](const LineRow& row) { return row.damage.error_share; }},
      {"images", "", "as above", [](const LineRow& row) { return row.all.images; }},
      {"metric", "", "that the workload is judged by",
       [](const LineRow& row) { return to_string(row.metric); }},
      {"clean", "as the metric", std::string(score) + " without faults in its weights",
       of(&LineRow::clean)},
      {"all", "likewise", "with all of them", of(&LineRow::all)},
      {"alone", "likewise", "with those of the line only", of(&LineRow::alone)},
      {"repaired", "likewise", "with all but those of the line", of(&LineRow::repaired)},
      {"drop_alone", "likewise", "how much worse alone is than clean",
       [](const LineRow& row) { return row.drop_alone(); }},
      {"regained", "likewise", "how much better repaired is than all",
       [](const LineRow& row) { return row.regained(); }},
  };
  return columns;
}

}  // namespace brownout::experiment

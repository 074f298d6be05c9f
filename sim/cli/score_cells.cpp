#include "sim/cli/score_cells.hpp"

#include <algorithm>
#include <string>

namespace brownout::cli {

using experiment::Metric;

Style style_of(Metric metric) {
  return experiment::is_share(metric) ? Style::kPercent : Style::kRate;
}

namespace {

// No lines of what there is not, but keys for programs.
std::vector<Fact> estimate_facts(Metric metric, const std::optional<experiment::Estimate>& estimate,
                                 bool with_interval) {
  const std::string key = to_string(metric);
  const Style style = style_of(metric);
  if (!estimate) return {{{key}, {}}, {{key + "_ci_low"}, {}}, {{key + "_ci_high"}, {}}};
  return {
      {{key, title(metric), "", style}, estimate->value},
      {{key + "_ci_low", with_interval ? "  95 % from" : "", "", style}, estimate->interval.low},
      {{key + "_ci_high", with_interval ? "  95 % to" : "", "", style}, estimate->interval.high}};
}

}  // namespace

std::vector<Fact> score_facts(const experiment::Images& images, const experiment::Score& score) {
  std::vector<Fact> facts;
  if (!images.anomalous.empty()) {
    const std::int64_t anomalous =
        std::count(images.anomalous.begin(), images.anomalous.end(), true);
    facts = {{{"normal_images", "  normal"}, images.count - anomalous},
             {{"anomalous_images", "  anomalous"}, anomalous}};
  }
  for (const Metric metric : experiment::kMetrics) {
    append(facts, estimate_facts(metric, score[metric], metric == images.metric));
  }
  return facts;
}

std::vector<Fact> reference_facts(Metric metric, const experiment::PointResult& point) {
  Cell lost, gained, rerr, rerr_low, rerr_high;
  bool differs = false;
  if (point.paired) {
    lost = point.paired->lost;
    gained = point.paired->gained;
    const auto robust = experiment::robust_error(point.reference, *point.paired, point.images);
    rerr = robust.value;
    rerr_low = robust.interval.low;
    rerr_high = robust.interval.high;
    differs = point.paired->lost + point.paired->gained > 0;
  }
  return {{{"reference", title(metric) + " without faults", "", style_of(metric)}, point.reference},
          {{"images_lost", differs ? "  images lost" : ""}, lost},
          {{"images_gained", differs ? "  images gained" : ""}, gained},
          {{"rerr", differs ? "  wrong without or with" : "", "", Style::kPercent}, rerr},
          {{"rerr_ci_low"}, rerr_low},
          {{"rerr_ci_high"}, rerr_high}};
}

std::vector<Column> range_columns(Metric metric, bool spread_in_text) {
  const std::string key = to_string(metric);
  const Style style = style_of(metric);
  return {{key + "_mean", title(metric), "", style},
          {key + "_std", spread_in_text ? "std. dev." : "", "", style, 2},
          {key + "_min", spread_in_text ? "min" : "", "", style, 1},
          {key + "_max", spread_in_text ? "max" : "", "", style, 2}};
}

std::vector<Cell> range_cells(const experiment::Spread& spread) {
  return {spread.mean, optional_cell(spread.std_dev), spread.min, spread.max};
}

}  // namespace brownout::cli

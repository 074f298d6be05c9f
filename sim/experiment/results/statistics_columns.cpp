#include "sim/experiment/results/statistics_columns.hpp"

#include <algorithm>
#include <functional>

#include "sim/experiment/results/sweep_summary.hpp"

namespace brownout::experiment {
namespace {

using StatisticsColumn = Column<StatisticsRow>;

/// A column of points.csv, which a point may not have; and its interval over the images, if any.
struct Quantity {
  std::string name;
  bool share = false;  ///< 0..1
  std::function<std::optional<double>(const PointSummary&)> value;
  std::function<std::optional<Interval>(const PointSummary&)> interval = {};
};

Quantity metric_quantity(Metric metric) {
  return {to_string(metric), is_share(metric),
          [metric](const PointSummary& point) { return point.score[metric]; },
          [metric](const PointSummary& point) { return point.interval[metric]; }};
}

Quantity robust_error_quantity() {
  return {"rerr", true,
          [](const PointSummary& point) {
            return point.rerr ? std::optional(point.rerr->value) : std::nullopt;
          },
          [](const PointSummary& point) {
            return point.rerr ? std::optional(point.rerr->interval) : std::nullopt;
          }};
}

std::vector<Quantity> quantities() {
  std::vector<Quantity> all;
  for (const Metric metric : kMetrics) all.push_back(metric_quantity(metric));
  all.push_back(robust_error_quantity());
  const auto add = [&](const char* name, bool share, double PointSummary::*member) {
    all.push_back({name, share, [member](const PointSummary& point) { return point.*member; }});
  };
  add("ber", true, &PointSummary::ber);
  add("effective_ber", true, &PointSummary::effective_ber);
  add("weights_changed", true, &PointSummary::weights_changed);
  add("energy_j", false, &PointSummary::energy_j);
  add("energy_rel", false, &PointSummary::energy_rel);
  add("weight_sram_energy_rel", false, &PointSummary::weight_sram_energy_rel);
  add("weight_sram_share", true, &PointSummary::weight_sram_share);
  add("latency_s", false, &PointSummary::latency_s);
  return all;
}

/// Nothing where the points do not have the quantity.
std::optional<StatisticsRow> row_of(const std::vector<const PointSummary*>& points,
                                    const Quantity& quantity) {
  std::vector<double> values;
  Interval sum;
  for (const PointSummary* point : points) {
    const std::optional<double> value = quantity.value(*point);
    if (!value) return {};
    values.push_back(*value);
    if (!quantity.interval) continue;
    const Interval interval = quantity.interval(*point).value();
    sum = {sum.low + interval.low, sum.high + interval.high};
  }
  const auto chips = static_cast<double>(points.size());
  StatisticsRow row{.voltage = points.front()->voltage,
                    .quantity = quantity.name,
                    .chips = static_cast<std::int64_t>(points.size()),
                    .images = points.front()->images,
                    .spread = spread_of(std::move(values))};
  if (auto& interval = row.spread.over_chips; interval && quantity.share) {
    interval = Interval{std::max(0.0, interval->low), std::min(1.0, interval->high)};
  }
  if (quantity.interval) row.over_images = Interval{sum.low / chips, sum.high / chips};
  return row;
}

std::vector<StatisticsColumn> key_columns() {
  const char* points = "as in points.csv";
  return {
      {"voltage", "", points, [](const StatisticsRow& row) { return row.voltage.text(); }},
      {"unit", "", points, &StatisticsRow::unit},
      {"quantity", "", "the column of points.csv that the row is of", &StatisticsRow::quantity},
      {"chips", "count", "of that voltage", &StatisticsRow::chips},
      {"images", "count", "of each chip", &StatisticsRow::images},
  };
}

std::vector<StatisticsColumn> spread_columns() {
  const auto of = [](double Spread::*part) {
    return [part](const StatisticsRow& row) { return row.spread.*part; };
  };
  const char* quantile = "quantile of the chips, linear between them";
  return {
      {"mean", "as the quantity", "mean over the chips", of(&Spread::mean)},
      {"std_dev", "likewise", "sample standard deviation over the chips; empty for one chip",
       [](const StatisticsRow& row) { return or_empty(row.spread.std_dev); }},
      {"min", "likewise", "lowest chip", of(&Spread::min)},
      {"p5", "likewise", quantile, of(&Spread::p5)},
      {"median", "likewise", quantile, of(&Spread::median)},
      {"p95", "likewise", quantile, of(&Spread::p95)},
      {"max", "likewise", "highest chip", of(&Spread::max)},
  };
}

std::vector<StatisticsColumn> interval_columns() {
  const auto end = [](std::optional<Interval> (*of)(const StatisticsRow&),
                      double Interval::*bound) {
    return [of, bound](const StatisticsRow& row) -> Field {
      const std::optional<Interval> interval = of(row);
      if (!interval) return {};
      return (*interval).*bound;
    };
  };
  const auto chips = [](const StatisticsRow& row) { return row.spread.over_chips; };
  const auto images = [](const StatisticsRow& row) { return row.over_images; };
  const char* over_chips =
      "95 % interval of the mean over all dies like these chips, on these images; empty for one "
      "chip";
  const char* over_images =
      "95 % interval of the mean over all images like these, on these chips; empty for what images "
      "do not decide";
  return {
      {"chips_ci_low", "likewise", over_chips, end(chips, &Interval::low)},
      {"chips_ci_high", "likewise", over_chips, end(chips, &Interval::high)},
      {"images_ci_low", "likewise", over_images, end(images, &Interval::low)},
      {"images_ci_high", "likewise", over_images, end(images, &Interval::high)},
  };
}

}  // namespace

const std::vector<StatisticsColumn>& statistics_columns() {
  static const std::vector<StatisticsColumn> columns =
      joined<StatisticsRow>({key_columns(), spread_columns(), interval_columns()});
  return columns;
}

std::vector<StatisticsRow> statistics_of(const std::vector<PointSummary>& points,
                                         const std::string& unit) {
  const std::vector<Quantity> all = quantities();
  std::vector<StatisticsRow> rows;
  for (const auto& group : by_voltage(points)) {
    for (const Quantity& quantity : all) {
      std::optional<StatisticsRow> row = row_of(group, quantity);
      if (!row) continue;
      row->unit = unit;
      rows.push_back(*std::move(row));
    }
  }
  return rows;
}

}  // namespace brownout::experiment

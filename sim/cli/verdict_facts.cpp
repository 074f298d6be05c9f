#include "sim/cli/verdict_facts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace brownout::cli {
namespace {

using experiment::Metric;
using experiment::PassMark;
using experiment::VoltageYield;

std::string points_text(double points) {
  return fmt::format("{:g} {}", points, points == 1 ? "point" : "points");
}

std::string target_text(const PassMark& mark) {
  const std::string least = fmt::format("{:.2f} % {}", 100 * mark.minimum, title(mark.metric));
  const std::string clean = fmt::format("{:.2f} % without faults", 100 * mark.reference);
  if (!mark.max_drop) return least + "; " + clean;
  return least + ": at most " + points_text(*mark.max_drop) + " below " + clean;
}

/// How many images the drop of the target is, else one percentage point; of top-1, which counts.
Fact resolution_fact(const PassMark& mark, std::int64_t images) {
  const double points = mark.max_drop.value_or(1);
  const std::string title = "  " + points_text(points) + (points == 1 ? " is" : " are");
  if (mark.metric != Metric::kTop1) return {{"max_drop_images"}, {}};
  return {{"max_drop_images", title, fmt::format("of {} images", images)},
          points / 100 * static_cast<double>(images)};
}

// A chip that fails at the highest voltage has no lowest one.
std::vector<Fact> lowest_voltage_facts(const std::vector<experiment::PointSummary>& points,
                                       const PassMark& mark, const std::string& unit) {
  const auto lowest = experiment::lowest_passing_voltages(points, mark);
  const auto fact = [&](const char* key, const std::string& title, std::size_t chip) {
    return Fact{{key, title, unit}, lowest[chip] ? voltage_cell(*lowest[chip]) : Cell()};
  };
  const std::size_t chips = lowest.size();
  const bool many = chips > 1;
  return {fact("lowest_passing_voltage_max",
               many ? fmt::format("all {} chips pass down to", chips) : "", chips - 1),
          fact("lowest_passing_voltage", many ? "  at least half of them" : "passes down to",
               chips / 2),
          fact("lowest_passing_voltage_min", many ? "  the best of them" : "", 0)};
}

}  // namespace

std::vector<Fact> verdict_facts(const std::vector<experiment::PointSummary>& points,
                                const PassMark& mark, const std::string& unit) {
  std::vector<Fact> facts = {
      {{"criterion", "to pass"}, target_text(mark)},
      resolution_fact(mark, points.front().images),
      {{"reference", "", "", Style::kPercent}, mark.reference},
      {{"min_" + to_string(mark.metric), "", "", Style::kPercent}, mark.minimum},
      {{"max_drop", "", "points"}, optional_cell(mark.max_drop)}};
  append(facts, lowest_voltage_facts(points, mark, unit));
  return facts;
}

std::vector<Column> yield_columns(const std::vector<VoltageYield>& yields) {
  const bool many = yields.front().chips > 1;  // one chip tells nothing of others
  const bool open = std::any_of(yields.begin(), yields.end(), [](const VoltageYield& yield) {
    return yield.unsettled.value_or(0) > 0;
  });
  return {{"passing"},
          {"yield", "pass", "", Style::kPercent},
          {"yield_ci_low", many ? "95 % from" : "", "", Style::kPercent, 1},
          {"yield_ci_high", many ? "95 % to" : "", "", Style::kPercent, 1},
          {"unsettled", open ? "unsettled" : "", "count", Style::kPlain, 3}};
}

std::vector<Cell> yield_cells(const VoltageYield& yield) {
  return {std::uint64_t{yield.passing}, yield.yield(), yield.interval.low, yield.interval.high,
          optional_cell(yield.unsettled)};
}

}  // namespace brownout::cli

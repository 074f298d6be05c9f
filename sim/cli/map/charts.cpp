// Axes, bars and curves; counts stand on logarithmic axes.
#include "sim/cli/map/charts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <string>

namespace brownout::cli {
namespace {

using memory::FaultKind;
using memory::Voltage;

constexpr double kLeft = 46, kTop = 28, kBottom = 40;  // room for labels
constexpr std::string_view kGrid = "#dddddd";
constexpr std::string_view kAxis = "#666666";

Area plot_area(const Area& area) {
  return {area.x + kLeft, area.y + kTop, area.width - kLeft - 10, area.height - kTop - kBottom};
}

void draw_title(Svg& svg, const Area& area, std::string_view title) {
  svg.text(area.x, area.y + 14, title, {14, "start", "#000000", true});
}

void draw_x_title(Svg& svg, const Area& area, std::string_view title) {
  const Area plot = plot_area(area);
  svg.text(plot.x + plot.width / 2, area.y + area.height - 4, title, {12, "middle"});
}

// A logarithmic axis of counts, from 1/2 (an empty bar) to the next power of ten above `most`.
class CountAxis {
 public:
  CountAxis(const Area& plot, double most)
      : plot_(plot), decades_(std::max(1.0, std::ceil(std::log10(std::max(most, 1.0)) - 1e-9))) {}

  double y(double count) const {
    const double share = (std::log10(std::max(count, 0.5)) + kHalf) / (decades_ + kHalf);
    return plot_.y + plot_.height * (1 - share);
  }
  void draw(Svg& svg) const {
    const int step = decades_ > 5 ? 2 : 1;
    for (int decade = 0; decade <= static_cast<int>(decades_); decade += step) {
      const double at = y(std::pow(10, decade));
      svg.line(plot_.x, at, plot_.x + plot_.width, at, kGrid);
      svg.text(
          plot_.x - 6, at + 4,
          decade < 4 ? fmt::format("{:.0f}", std::pow(10, decade)) : fmt::format("1e{}", decade),
          {11, "end"});
    }
    svg.line(plot_.x, plot_.y + plot_.height, plot_.x + plot_.width, plot_.y + plot_.height, kAxis);
  }

 private:
  static constexpr double kHalf = 0.30103;  // log10(2)
  Area plot_;
  double decades_;
};

// A step of 1, 2 or 5 times a power of ten, for about `ticks` of them.
double tick_step(double range, int ticks) {
  const double raw = range / ticks;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw) return factor * power;
  }
  return 10 * power;
}

// The voltages at which something begins to fail, falling down to `lowest`: all of the highest, of
// the many below them fewer and fewer, `most` at most.
std::vector<Voltage> voltages_of_change(const memory::SparseFaultMap& map, Voltage lowest,
                                        std::size_t most) {
  std::set<Voltage> distinct = {lowest};
  for (const memory::Fault& fault : map.faults()) {
    if (!fault.vfail.is_infinite() && fault.vfail > lowest) distinct.insert(fault.vfail);
  }
  const std::vector<Voltage> all(distinct.rbegin(), distinct.rend());
  if (all.size() <= most) return all;
  std::vector<Voltage> chosen;
  std::size_t last = all.size();
  for (std::size_t i = 0; i < most; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(most - 1);
    const auto index =
        static_cast<std::size_t>(std::round(std::pow(static_cast<double>(all.size()), share))) - 1;
    if (index != last) chosen.push_back(all[index]);
    last = index;
  }
  return chosen;
}

struct HistogramBin {
  std::uint64_t from, to;
  std::string label() const {
    if (from == to) return std::to_string(from);
    if (to == std::numeric_limits<std::uint64_t>::max()) return fmt::format(">{}", from - 1);
    return fmt::format("{}-{}", from, to);
  }
};

constexpr std::array<HistogramBin, 7> kBins = {{{1, 1},
                                                {2, 2},
                                                {3, 5},
                                                {6, 10},
                                                {11, 20},
                                                {21, 50},
                                                {51, std::numeric_limits<std::uint64_t>::max()}}};

// Share of bitlines with from..to faults, of independent cells (Poisson).
double poisson_share(double mean, const HistogramBin& bin) {
  const auto below = [&](std::uint64_t count) {  // P(X < count)
    double term = std::exp(-mean), sum = 0;
    for (std::uint64_t k = 0; k < count; ++k) {
      sum += term;
      term *= mean / static_cast<double>(k + 1);
    }
    return sum;
  };
  const bool open = bin.to == std::numeric_limits<std::uint64_t>::max();
  return std::max(0.0, (open ? 1.0 : below(bin.to + 1)) - below(bin.from));
}

}  // namespace

void draw_faults_over_voltage(Svg& svg, const Area& area, const memory::SparseFaultMap& map,
                              Voltage lowest) {
  const Area plot = plot_area(area);
  draw_title(svg, area, "Failing cells over voltage");
  const std::vector<Voltage> voltages = voltages_of_change(map, lowest, 200);
  const double low = lowest.value();
  const double margin = std::max(voltages.front().value() - low, 0.01) * 0.06;
  const double high = voltages.front().value() + margin;
  const auto x = [&](double volts) {
    return plot.x + (volts - low + margin) / (high - low + margin) * plot.width;
  };
  const auto most = memory::faults_at(map, lowest).total();
  const CountAxis axis(plot, static_cast<double>(most));
  axis.draw(svg);
  const double step = tick_step(high - low, 4);
  for (double tick = std::ceil(low / step - 1e-9) * step; tick <= high; tick += step) {
    svg.text(x(tick), plot.y + plot.height + 16, fmt::format("{:.4g}", tick), {11, "middle"});
  }
  // Faulty at V iff V <= vfail: the count stays from one voltage down to just above the next.
  std::vector<std::pair<double, double>> curve = {{x(high), axis.y(0)}};
  const auto defects = static_cast<double>(memory::defect_count(map));
  curve.front().second = axis.y(defects);
  for (const Voltage voltage : voltages) {
    const auto count = static_cast<double>(memory::faults_at(map, voltage).total());
    curve.emplace_back(x(voltage.value()), curve.back().second);
    curve.emplace_back(x(voltage.value()), axis.y(count));
  }
  svg.polyline(curve, "#08519c");
  draw_x_title(svg, area, fmt::format("voltage ({})", map.header().unit));
}

void draw_polarity(Svg& svg, const Area& area, const memory::FaultsAtVoltage& faults) {
  draw_title(svg, area, "Polarity");
  const std::array<std::pair<FaultKind, std::uint64_t>, 3> kinds = {
      {{FaultKind::kStuckAt0, faults.stuck_at_0},
       {FaultKind::kStuckAt1, faults.stuck_at_1},
       {FaultKind::kFlip, faults.flips}}};
  const double total = std::max<double>(1, static_cast<double>(faults.total()));
  double y = area.y + kTop + 6;
  for (const auto& [kind, count] : kinds) {
    const double share = static_cast<double>(count) / total;
    svg.text(area.x, y + 10, to_string(kind));
    svg.text(area.x + area.width - 14, y + 10, fmt::format("{} ({:.1f} %)", count, share * 100),
             {12, "end"});
    svg.rect(area.x, y + 16, area.width - 14, 14, kGrid);
    if (count > 0) svg.rect(area.x, y + 16, (area.width - 14) * share, 14, colour_of(kind));
    y += 48;
  }
}

void draw_clusters(Svg& svg, const Area& area, const memory::GroupCounts& bitlines) {
  const Area plot = plot_area(area);
  draw_title(svg, area, "Bitlines by number of faults");
  std::array<double, kBins.size()> seen{};
  for (const std::uint64_t faults : bitlines.faults) {
    const auto bin = std::find_if(kBins.begin(), kBins.end(),
                                  [&](const HistogramBin& b) { return faults <= b.to; });
    ++seen[static_cast<std::size_t>(bin - kBins.begin())];
  }
  const auto groups = static_cast<double>(bitlines.groups);
  const double mean = static_cast<double>(bitlines.total()) / groups;
  std::array<double, kBins.size()> expected{};
  for (std::size_t i = 0; i < kBins.size(); ++i)
    expected[i] = groups * poisson_share(mean, kBins[i]);
  const CountAxis axis(plot, std::max(*std::max_element(seen.begin(), seen.end()),
                                      *std::max_element(expected.begin(), expected.end())));
  axis.draw(svg);
  const double step = plot.width / kBins.size();
  const double base = plot.y + plot.height;
  for (std::size_t i = 0; i < kBins.size(); ++i) {
    const double centre = plot.x + (static_cast<double>(i) + 0.5) * step;
    const bool ring = expected[i] >= 0.5;
    if (seen[i] > 0) {
      svg.rect(centre - step * 0.35, axis.y(seen[i]), step * 0.7, base - axis.y(seen[i]),
               "#4292c6");
      const double top = axis.y(seen[i]);
      const bool inside = ring && base - top > 24 && std::abs(axis.y(expected[i]) - top + 8) < 12;
      svg.text(centre, inside ? top + 20 : top - 4, fmt::format("{:.0f}", seen[i]),
               {11, "middle", inside ? "#ffffff" : "#333333"});
    }
    if (ring) svg.ring(centre, axis.y(expected[i]), "#d55e00");
    svg.text(centre, base + 16, kBins[i].label(), {11, "middle"});
  }
  draw_x_title(svg, area, "faults of a bitline; circles: if cells failed independently");
}

}  // namespace brownout::cli

// Bins of cells to squares; equal neighbours along a row share one shape.
#include "sim/cli/map/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "memory/base/arithmetic.hpp"

namespace brownout::cli {
namespace {

using memory::FaultKind;
using memory::SparseFaultMap;
using memory::SramGeometry;
using memory::Voltage;

constexpr double kSmallestBin = 2.5;  // pixels
constexpr double kLegendHeight = 34;
constexpr double kHeadingHeight = 26;
constexpr double kLabelHeight = 14;  // of a bank's number above its panel
constexpr std::uint32_t kMostPanels = 2000;
constexpr std::array<std::string_view, 6> kDensities = {"#9ecae1", "#6baed6", "#4292c6",
                                                        "#2171b5", "#08519c", "#08306b"};
constexpr std::string_view kGround = "#f0f0f0";

// How the banks lie on the area, and the cells of a panel in bins.
struct Layout {
  std::uint32_t banks_a_panel = 1, panels = 0, across = 0;
  double step_x = 0, step_y = 0;        // from panel to panel
  double width = 0, height = 0;         // of a panel
  double label = 0;                     // height of its number; 0: none
  std::uint32_t rows = 0, columns = 0;  // of a bank
  std::uint32_t bin_rows = 1, bin_columns = 1;

  bool shows_cells() const { return banks_a_panel == 1 && bin_rows == 1 && bin_columns == 1; }
};

// Cells along a side of a bin: a whole number, or some bins would hold more than others.
std::uint32_t bin_side(double pixels, std::uint32_t cells) {
  const auto bins = std::max(1U, static_cast<std::uint32_t>(pixels / kSmallestBin));
  return divide_up(cells, bins);
}

// With `across` panels side by side.
Layout layout_with(const Area& area, const SramGeometry& geometry, std::uint32_t across) {
  Layout layout;
  layout.banks_a_panel = divide_up(geometry.banks, kMostPanels);
  layout.panels = divide_up(geometry.banks, layout.banks_a_panel);
  layout.across = across;
  const std::uint32_t down = divide_up(layout.panels, across);
  layout.step_x = area.width / across;
  layout.step_y = area.height / down;
  const double gap = std::min(6.0, layout.step_x / 6);
  layout.label = layout.step_x > 50 && layout.step_y > 60 ? kLabelHeight : 0;
  layout.width = layout.step_x - gap;
  layout.height = layout.step_y - layout.label - std::min(6.0, layout.step_y / 6);
  layout.rows = geometry.rows;
  layout.columns = geometry.columns;
  layout.bin_rows = bin_side(layout.height, geometry.rows);
  layout.bin_columns = bin_side(layout.width, geometry.columns);
  return layout;
}

// The one whose panels are nearest to squares, without many empty places.
Layout layout_of(const Area& area, const SramGeometry& geometry) {
  const std::uint32_t panels = std::min(geometry.banks, kMostPanels);
  Layout best;
  double best_stretch = 0;
  for (std::uint32_t across = 1; across <= panels; ++across) {
    const Layout layout = layout_with(area, geometry, across);
    if (layout.height < 2 || layout.width < 2) continue;
    const std::uint32_t places = across * divide_up(panels, across);
    const double stretch =
        std::abs(std::log(layout.width / layout.height)) + 2.0 * (places - panels) / places;
    if (best.panels != 0 && stretch >= best_stretch) continue;
    best = layout;
    best_stretch = stretch;
  }
  return best;
}

struct Bin {
  std::uint32_t panel, y, x;
  auto operator<=>(const Bin&) const = default;
};

// Adds a square to a path, or lengthens the path's last one when it ends there.
class Squares {
 public:
  void add(double x, double y, double width, double height) {
    if (y == y_ && std::abs(x - end_) < 1e-6) {
      end_ += width;
      return;
    }
    flush();
    x_ = x;
    y_ = y;
    end_ = x + width;
    height_ = height;
  }
  std::string take() {
    flush();
    return std::move(data_);
  }

 private:
  void flush() {
    if (end_ <= x_) return;
    const double width = std::max(end_ - x_, 1.0);
    data_ += "M" + svg_number(x_) + " " + svg_number(y_) + "h" + svg_number(width) + "v" +
             svg_number(std::max(height_, 1.0)) + "h-" + svg_number(width) + "z";
  }
  double x_ = 0, y_ = -1, end_ = 0, height_ = 0;
  std::string data_;
};

void add_square(Squares& squares, const Area& area, const Layout& layout, const Bin& bin) {
  const double cell_width = layout.width / layout.columns;
  const double cell_height = layout.height / layout.rows;
  const std::uint32_t column = bin.x * layout.bin_columns, row = bin.y * layout.bin_rows;
  squares.add(area.x + bin.panel % layout.across * layout.step_x + column * cell_width,
              area.y + bin.panel / layout.across * layout.step_y + layout.label + row * cell_height,
              std::min(layout.bin_columns, layout.columns - column) * cell_width,
              std::min(layout.bin_rows, layout.rows - row) * cell_height);
}

void draw_ground(Svg& svg, const Area& area, const Layout& layout) {
  for (std::uint32_t panel = 0; panel < layout.panels; ++panel) {
    const double x = area.x + panel % layout.across * layout.step_x;
    const double y = area.y + panel / layout.across * layout.step_y;
    svg.rect(x, y + layout.label, layout.width, layout.height, kGround);
    if (layout.label > 0) svg.text(x, y + kLabelHeight - 4, fmt::format("bank {}", panel), {11});
  }
}

template <typename Visit>
void for_each_fault(const SparseFaultMap& map, Voltage voltage, const Layout& layout,
                    const Visit& visit) {
  for (const memory::Fault& fault : map.faults()) {
    if (voltage > fault.vfail) continue;
    visit(Bin{fault.cell.bank / layout.banks_a_panel, fault.cell.row / layout.bin_rows,
              fault.cell.column / layout.bin_columns},
          fault.kind);
  }
}

void draw_cells(Svg& svg, const Area& area, const SparseFaultMap& map, Voltage voltage,
                const Layout& layout) {
  std::map<FaultKind, Squares> squares;
  for_each_fault(map, voltage, layout, [&](const Bin& bin, FaultKind kind) {
    add_square(squares[kind], area, layout, bin);
  });
  double x = area.x;
  for (auto& [kind, shapes] : squares) {
    svg.path(shapes.take(), colour_of(kind));
    svg.rect(x, area.y + area.height + 12, 12, 12, colour_of(kind));
    svg.text(x + 18, area.y + area.height + 22, to_string(kind));
    x += 110;
  }
}

// Colours are even steps of the root of the count, so that single faults and weak bitlines show.
void draw_densities(Svg& svg, const Area& area, const SparseFaultMap& map, Voltage voltage,
                    const Layout& layout) {
  std::map<Bin, std::uint64_t> counts;
  for_each_fault(map, voltage, layout, [&](const Bin& bin, FaultKind) { ++counts[bin]; });
  std::uint64_t most = 0;
  for (const auto& [bin, count] : counts) most = std::max(most, count);
  const std::size_t levels = std::min<std::uint64_t>(most, kDensities.size());
  const auto colour = [&](std::size_t level) {
    return kDensities[(level + 1) * kDensities.size() / levels - 1];
  };
  // The greatest count of a level.
  const auto bound = [&](std::size_t level) {
    const double share = static_cast<double>(level + 1) / static_cast<double>(levels);
    return std::max<std::uint64_t>(
        level + 1,
        static_cast<std::uint64_t>(std::lround(static_cast<double>(most) * share * share)));
  };
  std::vector<Squares> squares(levels);
  for (const auto& [bin, count] : counts) {
    std::size_t level = 0;
    while (count > bound(level)) ++level;
    add_square(squares[level], area, layout, bin);
  }
  const double y = area.y + area.height;
  std::string unit = fmt::format("faults per {} x {} cells", layout.bin_rows, layout.bin_columns);
  if (layout.banks_a_panel > 1) unit += fmt::format(" of {} banks", layout.banks_a_panel);
  svg.text(area.x, y + 22, unit + ", up to");
  double x = area.x + 235;
  for (std::size_t level = 0; level < levels; ++level) {
    svg.path(squares[level].take(), colour(level));
    svg.rect(x, y + 12, 12, 12, colour(level));
    svg.text(x + 17, y + 22, std::to_string(bound(level)));
    x += 64;
  }
}

}  // namespace

std::string_view colour_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::kStuckAt0:
      return "#0072b2";
    case FaultKind::kStuckAt1:
      return "#d55e00";
    case FaultKind::kFlip:
      return "#009e73";
  }
  throw std::logic_error("a fault kind without a colour");
}

void draw_positions(Svg& svg, const Area& area, const SparseFaultMap& map, Voltage voltage) {
  const SramGeometry& geometry = map.geometry();
  const Area panels{area.x, area.y + kHeadingHeight, area.width,
                    area.height - kHeadingHeight - kLegendHeight};
  const Layout layout = layout_of(panels, geometry);
  svg.text(area.x, area.y + 14, "Where the faults lie", {14, "start", "#000000", true});
  svg.text(area.x + 165, area.y + 14,
           fmt::format("{}{} from the top left; {} columns to the right, {} rows down",
                       geometry.banks, geometry.banks == 1 ? " bank" : " banks, line by line",
                       geometry.columns, geometry.rows));
  draw_ground(svg, panels, layout);
  if (layout.shows_cells()) {
    draw_cells(svg, panels, map, voltage, layout);
  } else {
    draw_densities(svg, panels, map, voltage, layout);
  }
}

}  // namespace brownout::cli

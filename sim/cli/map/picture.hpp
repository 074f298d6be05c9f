// Where the faults of a chip lie: a panel a bank, drawn cell by cell or, of large memories, as
// faults per bin.
#pragma once

#include <cstdint>
#include <string_view>

#include "memory/maps/sparse_fault_map.hpp"
#include "sim/cli/map/svg.hpp"

namespace brownout::cli {

/// A rectangle of a picture.
struct Area {
  double x = 0, y = 0, width = 0, height = 0;
};

/// Colours that stay apart for colour-blind eyes.
std::string_view colour_of(memory::FaultKind kind);

/// Draws heading, panels and legend.
void draw_positions(Svg& svg, const Area& area, const memory::SparseFaultMap& map,
                    memory::Voltage voltage);

}  // namespace brownout::cli

// The charts below the picture of a fault map: faults over voltage, polarity, clusters.
#pragma once

#include "memory/maps/map_statistics.hpp"
#include "sim/cli/map/picture.hpp"

namespace brownout::cli {

/// Failing cells at each voltage, from the lowest one, `lowest`, to above the first failure.
void draw_faults_over_voltage(Svg& svg, const Area& area, const memory::SparseFaultMap& map,
                              memory::Voltage lowest);

/// Failing cells of each kind.
void draw_polarity(Svg& svg, const Area& area, const memory::FaultsAtVoltage& faults);

/// Bitlines by their number of faults, and as many as independent cells would make.
void draw_clusters(Svg& svg, const Area& area, const memory::GroupCounts& bitlines);

}  // namespace brownout::cli

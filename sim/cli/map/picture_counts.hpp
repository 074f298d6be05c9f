// What a picture of fault maps shows, as numbers: the package that draws counts nothing itself.
#pragma once

#include <string>
#include <vector>

#include "memory/files/read_map.hpp"
#include "memory/maps/map_statistics.hpp"

namespace brownout::cli {

using Dies = std::vector<memory::ImportedMap>;

/// Where the statement of all of them ends: the lowest measured voltage, or the lowest at which a
/// cell fails.
memory::Voltage lowest_of(const Dies& dies);

/// JSON; its keys stand in docs/fault-maps.md. The maps are dies of one memory: throws
/// InputError when geometry or unit differ, and below a lowest measured voltage.
std::string picture_counts(const Dies& dies, memory::Voltage voltage,
                           const memory::BitlineShape& bitline);

}  // namespace brownout::cli

// The keys of `memory.chip` about map files: which they are (map) and what they do not say
// themselves (import). Reading them is memory/files/read_map.hpp's business.
#pragma once

#include <filesystem>
#include <vector>

#include "memory/files/map_import.hpp"
#include "sim/config/yaml_value.hpp"

namespace brownout::config {

/// The maps that a value, or a list of values, names, each as memory::read_map takes it. In the
/// last part of a path * stands for any characters and ? for one (the maps are then sorted by
/// name), {V} and {mV} for the voltages of one map's files (memory/files/voltage_files.hpp).
/// Throws InputError "FILE:LINE: key: no such file: X".
std::vector<std::filesystem::path> map_files(const Value& value);

/// The map below `import`: the options of memory/files/map_import.hpp, with '_' for the dashes.
/// Throws InputError with the key's place.
memory::MapImport read_map_import(const Value& value);

/// No options, for the map at `path` ("memory.chip").
memory::MapImport no_map_import(const std::string& path);

}  // namespace brownout::config

// What keeps a network alive on failing cells: the map below `memory.mitigations`. A new mitigation
// is one entry of the table.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/config/memory_config.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::config {

struct Mitigation {
  std::string_view name;  ///< its key below `memory.mitigations`
  /// Puts it into the memory; `value`: the map of its own keys, which may be empty.
  void (*read)(const Mitigation& self, const Value& value, MemoryConfig& memory);
  bool knows_cells = false;  ///< that fail at `program_at`
  bool has_flags = false;    ///< beside the words, in cells of `flags`
};

const std::vector<Mitigation>& mitigations();

/// The key `program_at` of a mitigation: at which voltage the cells are known. Throws InputError
/// where another one has it at another voltage.
void read_program_at(const MapReader& map, MemoryConfig& memory);

/// A map of mitigations, or a list of their names. Each acts once, and where it acts is its own
/// affair: the order tells nothing. The encoding is read already.
void read_mitigations(const Value& value, MemoryConfig& memory);

}  // namespace brownout::config

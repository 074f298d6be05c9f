// Fault maps in any format that we read, for commands whose argument is one.
#pragma once

#include <string>
#include <vector>

#include "memory/files/read_map.hpp"
#include "memory/maps/map_statistics.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/table.hpp"

namespace brownout::cli {

/// --from and what the formats need (memory/files/map_import.hpp).
std::vector<OptionSpec> map_input_options();
memory::MapImport map_import_of(const Arguments& arguments);

/// --cells-per-bitline, --interleaved-bitlines: for commands that count faults per bitline.
std::vector<OptionSpec> bitline_options();
memory::BitlineShape bitline_of(const Arguments& arguments, const memory::SparseFaultMap& map);

/// Reads the command's argument. Throws InputError as memory::read_map does.
memory::ImportedMap read_map_input(const Arguments& arguments);

/// Source, geometry, unit and number of faults of a map.
std::vector<Fact> map_facts(const memory::SparseFaultMap& map);
/// What the test tells besides, and what the reader decided on its own.
std::vector<Fact> test_facts(const memory::ImportedMap& input);

/// "0.9, 0.85"; an empty cell of none.
Cell list_cell(const std::vector<memory::Voltage>& voltages);

void refuse_options(const Arguments& arguments, const std::vector<std::string>& names,
                    const std::string& reason);

}  // namespace brownout::cli

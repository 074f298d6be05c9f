// Measured fault maps in any format that we read: the options that say what a file does not, and
// the map.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "memory/files/measured_fault_map.hpp"
#include "memory/maps/map_statistics.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/table.hpp"

namespace brownout::cli {

/// --from and what the formats need. For commands whose argument is a fault map.
std::vector<OptionSpec> map_input_options();

/// --cells-per-bitline, --interleaved-bitlines: for commands that count faults per bitline.
std::vector<OptionSpec> bitline_options();
memory::BitlineShape bitline_of(const Arguments& arguments, const memory::SparseFaultMap& map);

struct MapInput {
  std::string format;  ///< csv, ibm, npy, dump or march
  memory::SparseFaultMap map;
  /// What a test at several voltages tells besides: of ibm, dump and march.
  std::vector<memory::Voltage> voltages = {};
  std::vector<std::uint64_t> failing = {};
  std::uint64_t nesting_violations = 0;
  std::string note = {};

  bool is_test() const { return !voltages.empty(); }
};

/// Reads the command's argument. Throws std::runtime_error for bad files, and for options that are
/// missing or say what the format says itself.
MapInput read_map_input(const Arguments& arguments);

/// Source, geometry, unit and number of faults of a map.
std::vector<Fact> map_facts(const memory::SparseFaultMap& map);
/// What the test tells besides; nothing of other formats.
std::vector<Fact> test_facts(const MapInput& input);

/// "0.9, 0.85"; an empty cell of none.
Cell list_cell(const std::vector<memory::Voltage>& voltages);

void refuse_options(const Arguments& arguments, const std::vector<std::string>& names,
                    const std::string& reason);

}  // namespace brownout::cli

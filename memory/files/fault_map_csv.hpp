// The native file format of fault maps: sparse CSV, one line a failing cell.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>

#include "memory/maps/sparse_fault_map.hpp"

namespace brownout::memory {

/// Reads `# key: value` header lines (banks, rows, columns, unit, lowest_measured, sigma_read,
/// source, faults), then `bank,row,column,vfail,kind[,p]`. Where `faults` tells their number, a
/// file that was cut off is refused. Errors are InputError with file:line.
SparseFaultMap read_fault_map_csv(const std::filesystem::path& path);
/// `name` stands for the file in messages.
SparseFaultMap read_fault_map_csv(std::string_view text, const std::string& name);
/// Whether the line is that of the column names.
bool is_fault_map_csv_title(std::string_view line);
/// Always writes `faults`.
void write_fault_map_csv(std::ostream& out, const SparseFaultMap& map);

}  // namespace brownout::memory

// Which format a fault map has, where no option says it. Its names are those of the option `from`
// (map_import.hpp).
#pragma once

#include <string>
#include <vector>

#include "memory/files/record_lines.hpp"

namespace brownout::memory {

/// march, table, or empty when nobody knows the titles.
std::string format_of_titles(const std::vector<std::string>& titles);

/// By a file's first bytes; empty when they do not show it.
std::string format_of_content(const RecordFile& file);

}  // namespace brownout::memory

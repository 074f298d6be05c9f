// Tables and logs of failing cells from testers: a line a cell, or a cell and voltage, with other
// column names, units and separators than our own CSV (fault_map_csv.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "memory/files/line_pattern.hpp"
#include "memory/files/measured_fault_map.hpp"
#include "memory/files/record_lines.hpp"

namespace brownout::memory {

/// What a table does not say. Header lines `# key: value` of our own CSV count as options.
struct FaultTableFormat {
  std::optional<std::uint32_t> banks = {}, rows = {}, columns = {};  ///< in cells
  std::optional<std::uint32_t> words = {}, word_bits = {};  ///< of a table of addresses and bits
  bool logical = false;                                     ///< rows are words, columns their bits
  std::optional<std::string> unit = {};                     ///< nothing: the columns say volts
  std::optional<FaultKind> kind = {};                       ///< in place of a column
  std::optional<Voltage> lowest_measured = {};
  std::vector<Voltage> tested = {};      ///< all voltages of a test; empty: those of the table
  std::string column_names = {};         ///< columns.hpp
  const LinePattern* pattern = nullptr;  ///< of logs; without one the first line has the titles
  std::string source;
};

struct FaultTable {
  MeasuredFaultMap test;  ///< without voltages where a column says vfail
  bool of_words = false;  ///< row = address, column = bit
};

/// Reads cells (row, column, bank if there are several) or words (address, bit) with vfail, or with
/// the voltage of each failure, or at the voltages of the files; with the kind of fault, which
/// expected and read bits tell too. The highest voltage at which a cell failed counts. Without
/// lowest_measured that is the lowest vfail: below it nobody knows. Throws InputError with
/// file:line and column.
FaultTable read_fault_tables(const std::vector<RecordFile>& files, const FaultTableFormat& format);

}  // namespace brownout::memory

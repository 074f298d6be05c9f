// Logs of march or MBIST tests: one line a failing read, in word addresses.
#pragma once

#include <string>
#include <vector>

#include "memory/files/line_pattern.hpp"
#include "memory/files/measured_fault_map.hpp"
#include "memory/files/record_lines.hpp"

namespace brownout::memory {

struct MarchLogFormat {
  std::uint32_t banks = 1;
  std::uint64_t words = 0;       ///< of all banks; a multiple of `banks`
  std::uint32_t word_bits = 32;  ///< 1 to 256
  /// Voltages of the test; a log names only those at which something failed. Empty: those of the
  /// logs are all.
  std::vector<Voltage> tested = {};
  std::string column_names = {};         ///< columns.hpp
  const LinePattern* pattern = nullptr;  ///< without one the first line has the titles
  std::string unit;
  std::string source;
};

/// Reads tables with the columns address, expected, read and, if need be, voltage, bank and
/// element, in any order. Address and words are hexadecimal; a word has as many digits as word_bits
/// need, fewer only behind 0x. A bit expected as 1 and read as 0 makes its cell stuck_at_0, the
/// other way around stuck_at_1, both a flip, whatever the voltage. Lines whose two words agree are
/// passes. The result is in logical coordinates: row = address, column = bit; of one bank, or where
/// there is a column `bank`, of `banks` with addresses of their own. Throws InputError with
/// file:line.
MeasuredFaultMap read_march_logs(const std::vector<RecordFile>& logs, const MarchLogFormat& format);

}  // namespace brownout::memory

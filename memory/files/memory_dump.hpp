// Memory contents read back at several voltages: where a read differs from what was written, a cell
// fails. How a file holds them is dump_contents.hpp's business. The block RAMs of FPGAs are
// published that way (Salami et al., MICRO 2018).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "memory/files/dump_contents.hpp"
#include "memory/files/measured_fault_map.hpp"
#include "memory/files/voltage_files.hpp"

namespace brownout::memory {

struct MemoryDumpFormat {
  SramGeometry geometry;        ///< columns: bits of a row, a multiple of 4
  std::string background = {};  ///< digits of the row that was written everywhere; empty: all ones
  bool keep_copy = false;       ///< see read_memory_dumps
  std::optional<DumpEncoding> encoding = {};  ///< nothing: what the bytes show
  bool high_byte_first = false;               ///< in a row, of bytes
  std::string unit;
  std::string source;
};

/// One dump a voltage, by falling voltage (dump_contents.hpp). Column c is bit c, 0 the lowest. A
/// bit that reads 0 where 1 was written is stuck_at_0, the other way around stuck_at_1; a
/// background tells one of the two for each bit.
///
/// Dumps whose rows repeat their lower half in the upper half without exception, at all voltages,
/// were recorded twice: unless `keep_copy`, the upper half is dropped (half the columns), and the
/// note says so. Throws InputError with file and line.
MeasuredFaultMap read_memory_dumps(const std::vector<VoltageText>& dumps,
                                   const MemoryDumpFormat& format);

}  // namespace brownout::memory

// Tables of failing cells, the told column names in front: every fault lies in the memory, and the
// map reads back from our own CSV.
#include <sstream>

#include "memory/base/input_error.hpp"
#include "memory/files/fault_map_csv.hpp"
#include "memory/files/fault_table.hpp"
#include "tests/fuzz/fuzzed_input.hpp"

using namespace brownout::memory;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> parts = parts_of(data, size, 2);
  FaultTableFormat format{.words = 32, .word_bits = 8, .column_names = parts[0], .source = "fuzz"};
  try {
    const FaultTable table = read_fault_tables({{{}, "table", parts[1]}}, format);
    const SparseFaultMap& map = table.test.map;
    for (const Fault& fault : map.faults()) require(map.geometry().contains(fault.cell));
    if (table.test.note.find_first_of("\r\n") != std::string::npos) return 0;  // a title in quotes
    std::ostringstream written;
    write_fault_map_csv(written, map);
    require(read_fault_map_csv(written.str(), "written").faults() == map.faults());
  } catch (const brownout::InputError&) {
  }
  return 0;
}

// Dumps of two voltages and a background, in three parts: the digits that failed are the faults.
#include <algorithm>

#include "memory/base/input_error.hpp"
#include "memory/files/memory_dump.hpp"
#include "tests/fuzz/fuzzed_input.hpp"

using namespace brownout::memory;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> parts = parts_of(data, size, 3);
  const MemoryDumpFormat format{
      .geometry = {2, 3, 16}, .background = parts[2], .unit = "V", .source = "fuzz"};
  try {
    const MeasuredFaultMap test = read_memory_dumps({{Voltage::from_micro(600'000), "a", parts[0]},
                                                     {Voltage::from_micro(500'000), "b", parts[1]}},
                                                    format);
    const std::uint64_t most = std::max(test.failing[0], test.failing[1]);
    require(test.map.faults().size() >= most);
    require(test.map.faults().size() == test.failing[1] + test.nesting_violations);
    require(test.note.empty() == (test.map.geometry().columns == 16));
  } catch (const brownout::InputError&) {
  }
  return 0;
}

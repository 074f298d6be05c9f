// March logs: counts agree with each other, and every cell lies in the memory.

#include "memory/base/input_error.hpp"
#include "memory/files/march_log.hpp"
#include "tests/fuzz/fuzzed_input.hpp"

using namespace brownout::memory;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const MarchLogFormat format{
      .banks = 2, .words = 32, .word_bits = 7, .unit = "V", .source = "fuzz"};
  try {
    const MeasuredFaultMap test = read_march_logs({{{}, "log", text}}, format);
    require(test.failing.size() == test.voltages.size());
    for (const std::uint64_t failing : test.failing) require(failing <= test.map.faults().size());
    require(test.map.geometry().cells() == 32 * 7);
    require(test.map.header().lowest_measured == test.voltages.back());
  } catch (const brownout::InputError&) {
  }
  return 0;
}

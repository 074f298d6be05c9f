// Arrays: what was read is written and read back the same.

#include "memory/base/input_error.hpp"
#include "memory/files/npy_fault_map.hpp"
#include "tests/fuzz/fuzzed_input.hpp"

using namespace brownout::memory;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const NpyFaultMapOptions options{.unit = "V", .source = "fuzz"};
  try {
    const SparseFaultMap map = parse_npy_fault_map(bytes, "array", options);
    const SparseFaultMap back = parse_npy_fault_map(npy_fault_map_bytes(map), "written", options);
    require(back.faults() == map.faults() && back.geometry() == map.geometry());
  } catch (const brownout::InputError&) {
  }
  return 0;
}

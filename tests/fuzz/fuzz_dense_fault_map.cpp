// Text pairs of two voltages, in four parts: what was read is written and read back the same.

#include "memory/base/input_error.hpp"
#include "memory/files/dense_fault_map.hpp"
#include "tests/fuzz/fuzzed_input.hpp"

using namespace brownout::memory;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> parts = parts_of(data, size, 4);
  try {
    const MeasuredFaultMap test = parse_dense_fault_map({{"fmap_sa0_v_0.9.txt", parts[0]},
                                                         {"fmap_sa1_v_0.9.txt", parts[1]},
                                                         {"fmap_sa0_v_0.8.txt", parts[2]},
                                                         {"fmap_sa1_v_0.8.txt", parts[3]}},
                                                        "V", "fuzz");
    const MeasuredFaultMap back =
        parse_dense_fault_map(dense_fault_map_files(test.map, test.voltages), "V", "fuzz");
    require(back.map.faults() == test.map.faults() && back.map.geometry() == test.map.geometry());
    require(back.nesting_violations == 0);
  } catch (const brownout::InputError&) {
  }
  return 0;
}

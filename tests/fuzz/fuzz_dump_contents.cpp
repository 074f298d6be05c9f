// Dumps in every encoding: all digits of the memory, or an error.

#include "memory/base/input_error.hpp"
#include "memory/files/dump_contents.hpp"
#include "tests/fuzz/fuzzed_input.hpp"

using namespace brownout::memory;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const SramGeometry geometry{2, 2, 16};
  try {
    const auto digits = dump_digits(bytes, "dump", dump_encoding_of(bytes), geometry, false);
    require(digits.size() == geometry.cells() / 4);
    for (const std::uint8_t digit : digits) require(digit < 16);
  } catch (const brownout::InputError&) {
  }
  return 0;
}

// A pattern and a line: what matches has a value for each name, which stands in the line.

#include "memory/base/input_error.hpp"
#include "memory/files/line_pattern.hpp"
#include "tests/fuzz/fuzzed_input.hpp"

using namespace brownout::memory;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> parts = parts_of(data, size, 2);
  try {
    const LinePattern pattern(parts[0]);
    const auto values = pattern.match(parts[1]);
    if (!values) return 0;
    require(pattern.starts_in(parts[1]));
    require(values->size() == pattern.names().size());
    for (const std::string_view value : *values) {
      require(!value.empty() && parts[1].find(value) != std::string::npos);
    }
  } catch (const brownout::InputError&) {
  }
  return 0;
}

// Native maps: what was read is written and read back the same; without its last line the written
// file is refused.
#include <sstream>

#include "memory/base/input_error.hpp"
#include "memory/files/fault_map_csv.hpp"
#include "tests/fuzz/fuzzed_input.hpp"

using namespace brownout::memory;

namespace {

bool is_refused(const std::string& text) {
  try {
    read_fault_map_csv(text, "cut");
  } catch (const brownout::InputError&) {
    return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  try {
    const SparseFaultMap map = read_fault_map_csv(text, "map");
    std::ostringstream out;
    write_fault_map_csv(out, map);
    const std::string written = std::move(out).str();
    const SparseFaultMap back = read_fault_map_csv(written, "written");
    require(back.faults() == map.faults() && back.geometry() == map.geometry());
    require(back.source() == map.source());
    require(is_refused(written.substr(0, written.rfind('\n', written.size() - 2) + 1)));
  } catch (const brownout::InputError&) {
  }
  return 0;
}

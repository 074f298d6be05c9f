#include "memory/fault_map.hpp"

namespace brownout::memory {

double CellFaults::expected_count() const {
  auto result = static_cast<double>(certain.count());
  for (const IntermittentCell& cell : intermittent) result += cell.probability;
  return result;
}

double CellFaults::bit_error_rate() const {
  return expected_count() / static_cast<double>(certain.geometry().cells());
}

}  // namespace brownout::memory

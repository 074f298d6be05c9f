#include "sim/experiment/results/results.hpp"

#include <numeric>
#include <stdexcept>

namespace brownout::experiment {
double RailJoules::total() const { return std::accumulate(values.begin(), values.end(), 0.0); }

double RailJoules::weight_sram_share() const {
  const double all = total();
  return all > 0 ? weight_sram() / all : 0;
}

RailJoules& RailJoules::operator+=(const RailJoules& other) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += other.values[i];
  return *this;
}

const MemoryResult& PointResult::swept() const {
  for (const MemoryResult& result : memories) {
    if (supply.feeds(result.memory)) return result;
  }
  throw std::logic_error("a point of a supply without memories that may fail: " + supply.name);
}

double PointResult::ber() const {
  if (supply.memories.size() == 1) return swept().ber;
  double failing = 0, cells = 0;
  for (const MemoryResult& result : memories) {
    if (!supply.feeds(result.memory)) continue;
    failing += result.ber * static_cast<double>(result.cells);
    cells += static_cast<double>(result.cells);
  }
  return failing / cells;
}

}  // namespace brownout::experiment

#include "sim/accelerator/accumulators.hpp"

namespace brownout::accelerator {

Accumulators::Accumulators(const sc_core::sc_module_name& name) : sc_module(name) {}

void Accumulators::resize(int columns, std::int64_t depth, int bits) {
  columns_ = columns;
  depth_ = depth;
  bits_ = bits;
  sums_.assign(static_cast<std::size_t>(std::int64_t{2} * columns * depth), 0);
}

}  // namespace brownout::accelerator

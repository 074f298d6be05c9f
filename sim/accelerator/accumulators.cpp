#include "sim/accelerator/accumulators.hpp"

namespace brownout::accelerator {

Accumulators::Accumulators(const sc_core::sc_module_name& name) : sc_module(name) {}

void Accumulators::resize(const hardware::AcceleratorSpec& spec, std::int64_t depth,
                          const memory::WordMasks* masks) {
  columns_ = spec.array.columns;
  depth_ = depth;
  spec_ = spec.accumulator;
  masks_ = masks;
  plain_ = spec_.bits == 32 && spec_.overflow == models::Overflow::kWrap && masks == nullptr;
  sums_.assign(static_cast<std::size_t>(std::int64_t{2} * columns_ * depth), 0);
}

/// An entry's word holds the low bits of the sum, two's complement.
std::int32_t Accumulators::through_cells(hardware::AccumulatorEntry at, std::int32_t held) const {
  const auto word = std::uint64_t{static_cast<std::uint32_t>(held)};
  const memory::PartMask& mask = masks_->part(hardware::accumulator_word(at, columns_), 0);
  return models::wrap_accumulator(static_cast<std::int64_t>(mask.apply(word)), spec_.bits);
}

}  // namespace brownout::accelerator

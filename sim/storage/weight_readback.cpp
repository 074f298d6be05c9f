#include "sim/storage/weight_readback.hpp"

#include "sim/storage/inference_readback.hpp"

namespace brownout::storage {

WeightReadback read_back(const StoredWeights& stored, const WordPath& path,
                         const memory::CellMasks& cells) {
  const ByReadVoltage<memory::CellFaults> faults(memory::CellFaults{.certain = cells});
  return InferenceReadback(stored, path, faults, 0).current();
}

}  // namespace brownout::storage

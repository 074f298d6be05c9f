#include "sim/storage/weight_readback.hpp"

#include "sim/storage/inference_readback.hpp"

namespace brownout::storage {

WeightReadback read_back(const StoredWeights& stored, const WordPath& path,
                         const memory::CellMasks& cells) {
  return InferenceReadback(stored, path, {.certain = cells}, 0).current();
}

}  // namespace brownout::storage

// Which intermittent cells fail in which inference: one keyed draw per cell and inference, so that
// every read of a cell in an inference agrees, whatever the order of images, batches and threads.
#pragma once

#include <cstdint>

#include "memory/fault_map.hpp"
#include "memory/numbers/keyed_random.hpp"

namespace brownout::memory {

/// Seed of the draws of one chip, from the seed of the run.
std::uint64_t inference_seed(std::uint64_t run_seed, std::uint64_t chip);

/// The draws of one cell.
class CellDraws {
 public:
  CellDraws(std::uint64_t inference_seed, const IntermittentCell& cell);

  /// `inference` is the index of the image in its data set.
  bool fails(std::uint64_t inference) const {
    return chance_.happens(sequence_element(key_, inference));
  }

 private:
  std::uint64_t key_;
  Chance chance_;
};

/// All cells that fail in one inference.
CellMasks masks_of_inference(const CellFaults& faults, std::uint64_t inference_seed,
                             std::uint64_t inference);

}  // namespace brownout::memory

// Draws per cell and inference.
#include "memory/intermittent_cells.hpp"

#include "memory/chip_draws.hpp"

namespace brownout::memory {

std::uint64_t inference_seed(std::uint64_t run_seed, std::uint64_t chip) {
  return draw(run_seed, Draw::kInference, chip);
}

CellDraws::CellDraws(std::uint64_t inference_seed, const IntermittentCell& cell)
    : key_(keyed_hash(inference_seed, cell.cell.bank, cell.cell.row, cell.cell.column)),
      chance_(cell.probability) {}

CellMasks masks_of_inference(const CellFaults& faults, std::uint64_t inference_seed,
                             std::uint64_t inference) {
  CellMasks masks = faults.certain;
  for (const IntermittentCell& cell : faults.intermittent) {
    if (CellDraws(inference_seed, cell).fails(inference)) masks.set(cell.cell, cell.kind);
  }
  return masks;
}

}  // namespace brownout::memory

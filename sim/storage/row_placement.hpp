// Which row of a tile stands in which of its slots on one chip: where known failing cells do the
// least damage.
#pragma once

#include "memory/word_masks.hpp"
#include "sim/schedule/tile_program.hpp"
#include "sim/schedule/weight_layout.hpp"
#include "sim/storage/weight_image.hpp"
#include "sim/storage/word_path.hpp"

namespace brownout::storage {

/// The layout with slots: in each tile of the least sum, over its weights, of |weight as read - the
/// network's|, as the words would be written there. Tiles without a known failing cell keep the
/// order of their rows. `image`: where nothing is known of the cells.
schedule::WeightLayout with_rows_placed(const schedule::TileProgram& program,
                                        const schedule::WeightLayout& layout,
                                        const WeightImage& image, const WordPath& path,
                                        const ByReadVoltage<memory::WordMasks>& known);

}  // namespace brownout::storage

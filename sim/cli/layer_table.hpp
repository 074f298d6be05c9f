// The layers of a point as `run` shows them: the columns of layers.csv, with titles for text.
#pragma once

#include "sim/cli/table.hpp"
#include "sim/experiment/results/results.hpp"

namespace brownout::cli {

/// Layers without weights have empty cells where layers.csv has 0.
Table layer_table(const experiment::PointResult& point);

}  // namespace brownout::cli

// The columns of layers.csv, in their order, behind those that say which point it is.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/results/column.hpp"
#include "sim/experiment/results/results.hpp"

namespace brownout::experiment {

const std::vector<Column<LayerResult>>& layer_columns();

/// Without line end.
std::string layers_header(const OptionalColumns& present = {});
/// A row per layer, each with its line end.
std::string layer_rows(const PointResult& point);

}  // namespace brownout::experiment

// How much of what bitline_vmin calls a cell's own spread is shared by the cells of a row.
#pragma once

#include "memory/fit/vmin_fit.hpp"
#include "memory/maps/sparse_fault_map.hpp"

namespace brownout::memory {

/// The fit of bitline_vmin with a term of the row, where the map has one: estimate.sigma_row, taken
/// out of sigma_cell, and its standard error. Every cell of a bitline lies in a row of its own, so
/// the likelihood sees sigma_cell^2 + sigma_row^2 and cannot tell them apart; the counts of rows
/// can. Among rows that share their bitlines the failing cells of a row have, without a row term,
/// the variance sum q (1 - q) over the bitlines' rates q; what is more is (sum dq/dVmin)^2
/// sigma_row^2, to first order. Taken at the lowest voltage; an excess below 4 standard errors
/// counts as none.
VminFit with_row_term(const SparseFaultMap& map, const FitData& data, VminFit fit);

}  // namespace brownout::memory

#include "memory/fit/row_fit.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "memory/numbers/normal_distribution.hpp"

namespace brownout::memory {
namespace {

// Rows of a bank that share their bitlines, with the failing cells of each.
struct Block {
  std::map<std::uint32_t, double> of_column, of_row;
};

using Blocks = std::map<std::pair<std::uint32_t, std::uint32_t>, Block>;

Blocks blocks_of(const SparseFaultMap& map, const FitData& data) {
  Blocks blocks;
  for (const Fault& fault : map.faults()) {
    if (fault.vfail.is_infinite() || fault.vfail < data.voltages.back()) continue;
    Block& block = blocks[{fault.cell.bank, data.layout.bitline(fault.cell.row)}];
    ++block.of_column[fault.cell.column];
    ++block.of_row[fault.cell.row];
  }
  return blocks;
}

double density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); }

// Sample variance of the faults per row, rows without any among them.
double variance_of_rows(const Block& block, double rows) {
  double sum = 0, squares = 0;
  for (const auto& [row, count] : block.of_row) {
    sum += count;
    squares += count * count;
  }
  return (squares - sum * sum / rows) / (rows - 1);
}

// Sums over all blocks.
struct Excess {
  double variance = 0, error = 0;  // of the faults per row; error squared
  double slope = 0;                // (sum dq/dVmin)^2
};

void add_block(Excess& sums, const Block& block, double rows, double sigma) {
  double expected = 0, slope = 0;
  for (const auto& [column, count] : block.of_column) {
    const double rate = count / rows;
    expected += rate * (1 - rate) * rows / (rows - 1);
    // Where all cells fail nothing moves.
    if (count < rows) slope += density(reproducible_inverse_normal(rate)) / sigma;
  }
  const double variance = variance_of_rows(block, rows);
  sums.variance += variance - expected;
  sums.error += 2 * variance * variance / (rows - 1);
  sums.slope += slope * slope;
}

}  // namespace

VminFit with_row_term(const SparseFaultMap& map, const FitData& data, VminFit fit) {
  constexpr double kLeastDeviations = 4;
  Excess sums;
  for (const auto& [place, block] : blocks_of(map, data)) {
    const double rows = data.cells_of(place.second);
    if (rows >= 2) add_block(sums, block, rows, fit.estimate.sigma_cell);
  }
  const double deviation = std::sqrt(sums.error);
  if (sums.variance <= kLeastDeviations * deviation) return fit;
  double& sigma_cell = fit.estimate.sigma_cell;
  const double both = sigma_cell * sigma_cell;
  const double of_rows = std::min(sums.variance / sums.slope, 0.99 * both);
  fit.estimate.sigma_row = std::sqrt(of_rows);
  sigma_cell = std::sqrt(both - of_rows);
  fit.row_error = fit.estimate.sigma_row / 2 * deviation / sums.variance;
  if (fit.standard_error[2]) {
    fit.standard_error[2] =
        std::hypot(*fit.standard_error[2], fit.estimate.sigma_row / sigma_cell * *fit.row_error);
  }
  return fit;
}

}  // namespace brownout::memory

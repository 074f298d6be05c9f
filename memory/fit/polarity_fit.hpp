// Whether the stuck cells of a measured map have a polarity each or one per bitline, and the share
// of 0. Not when they fail: vmin_fit.hpp.
#pragma once

#include <optional>

#include "memory/fit/fit_data.hpp"
#include "memory/generators/generated_cells.hpp"

namespace brownout::memory {

struct PolarityFit {
  Polarity polarity = Polarity::kCell;
  double stuck_at_0_share = 0.5;  ///< of cells, or of bitlines with a stuck cell
  double standard_error = 0;      ///< sqrt(share (1 - share) / number of them)
  /// Estimated share of stuck cells against the polarity of their bitline.
  double against_bitline = 0;
};

/// Compares two models by Akaike's criterion: cells that are stuck at 0 with one chance; and
/// bitlines that are so, of whose cells a share is against them. Bitlines have the polarity where
/// the second is better and that share below a tenth: a generator's bitlines are pure. Nothing for
/// a map without stuck cells.
std::optional<PolarityFit> fit_polarity(const FitData& data);

}  // namespace brownout::memory

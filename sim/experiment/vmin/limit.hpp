// What limits a chip that fails: the layer and the bit of the weights' codes whose faults alone
// cost it most, and the bitline whose repair gives most back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/fault_parts.hpp"

namespace brownout::experiment {

/// A chip that runs without the faults of one of its bitlines.
struct RepairedBitline {
  std::string bitline;
  double drop = 0;  ///< by all others
};
/// In the journal; empty of a chip that has no such bitline.
std::string repaired_text(const std::optional<RepairedBitline>& repaired);
/// Throws InputError for another text.
std::optional<RepairedBitline> parse_repaired(const std::string& text);

/// Of each kind the worst; empty where none costs anything.
struct Limit {
  std::uint64_t chip = 0;  ///< that fails at the refused voltage
  double drop_of_all = 0;  ///< by all faults, on the same images
  std::string layer = {};
  double layer_drop = 0;
  std::string bit = {};
  double bit_drop = 0;
  std::string bitline = {};
  double bitline_regained = 0;
};

/// `drops`: of each part; the first is of all faults. Of equal ones the first counts.
Limit find_limit(std::uint64_t chip, const std::vector<FaultPart>& parts,
                 const std::vector<double>& drops, const std::vector<RepairedBitline>& repaired);

}  // namespace brownout::experiment

// What the keyed random numbers of a chip are for: one enumeration, so that no two uses meet.
#pragma once

#include <cstdint>

#include "memory/cells.hpp"
#include "memory/numbers/keyed_random.hpp"

namespace brownout::memory {

/// What a number is for; keeps the numbers of one chip apart. Changing one changes every chip.
enum class Draw : std::uint64_t {
  kChipSeed = 1,
  kFailure,
  kKind,
  kDie,
  kBitline,
  kRow,
  kInference,
  kDefects,
  kCluster,
  kPolarity,
  kProtected
};

/// The uniform number of one object of a chip.
constexpr std::uint64_t draw(std::uint64_t chip_seed, Draw what, std::uint64_t a = 0,
                             std::uint64_t b = 0, std::uint64_t c = 0) {
  return keyed_hash(chip_seed, static_cast<std::uint64_t>(what), a, b, c);
}

/// Chip k of an ensemble draws from hash(seed, k).
constexpr std::uint64_t chip_seed(std::uint64_t seed, std::uint64_t chip) {
  return draw(seed, Draw::kChipSeed, chip);
}

/// The numbers that decide when the cells of a row fail: element c of this sequence is column c's.
/// A cell has the same number in every generator: the lower, the earlier it fails.
constexpr std::uint64_t failure_key(std::uint64_t chip_seed, const RowAddress& row) {
  return draw(chip_seed, Draw::kFailure, row.bank, row.row);
}

}  // namespace brownout::memory

// Fault maps as dense text, one pair of 0/1 matrices a voltage: fmap_sa0_v_<V>.txt marks the cells
// that read 0 at V, fmap_sa1_v_<V>.txt those that read 1. IBM's measured chips are kept that way.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "memory/sparse_fault_map.hpp"

namespace brownout::memory {

struct DenseFaultMap {
  SparseFaultMap map;             ///< of one bank; lowest_measured is the lowest of `voltages`
  std::vector<Voltage> voltages;  ///< with a pair of files; falling
  /// Cells that fail at a voltage and pass at a lower one. In `map` they fail at both: the
  /// highest voltage at which a cell fails counts.
  std::uint64_t nesting_violations = 0;
};

/// Reads all pairs of a directory; other files there do not matter. A line is a row of 0 and 1,
/// separated by commas or blanks. Throws std::runtime_error with file:line and column: half a
/// pair, matrices of different sizes, a cell that is stuck at both values.
DenseFaultMap read_dense_fault_map(const std::filesystem::path& directory, const std::string& unit,
                                   const std::string& source);

struct TextFile {
  std::string name;
  std::string text;
};

/// The pairs of files of a map at some voltages. Throws std::runtime_error for what the format
/// cannot hold: several banks, flips, an infinite voltage; and below the lowest measured voltage.
std::vector<TextFile> dense_fault_map_files(const SparseFaultMap& map,
                                            const std::vector<Voltage>& voltages);

}  // namespace brownout::memory

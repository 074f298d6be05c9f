// Fault maps as dense text, one pair of 0/1 matrices a voltage: fmap_sa0_v_<V>.txt marks the cells
// that read 0 at V, fmap_sa1_v_<V>.txt those that read 1. IBM's measured chips are kept that way.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "memory/files/measured_fault_map.hpp"

namespace brownout::memory {

struct TextFile {
  std::string name;
  std::string text;
};

/// Reads all pairs of a directory, of one bank; other files there do not matter. A line is a row of
/// 0 and 1, separated by commas or blanks. Throws InputError with file:line and column:
/// half a pair, matrices of different sizes, a cell that is stuck at both values.
MeasuredFaultMap read_dense_fault_map(const std::filesystem::path& directory,
                                      const std::string& unit, const std::string& source);

/// Whether it is a directory with such files.
bool is_dense_fault_map(const std::filesystem::path& directory);

/// The files of pairs in a directory, by name. Throws InputError when there is none.
std::vector<std::filesystem::path> dense_fault_map_paths(const std::filesystem::path& directory);

/// The same of files in memory; of their names, the last part counts.
MeasuredFaultMap parse_dense_fault_map(const std::vector<TextFile>& files, const std::string& unit,
                                       const std::string& source);

/// The pairs of files of a map at some voltages. Throws InputError for what the format
/// cannot hold: several banks, flips, an infinite voltage; and below the lowest measured voltage.
std::vector<TextFile> dense_fault_map_files(const SparseFaultMap& map,
                                            const std::vector<Voltage>& voltages);

}  // namespace brownout::memory

// Any fault map that we can read, whatever its format: the one entry for all commands and for
// configurations.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "memory/files/map_import.hpp"
#include "memory/maps/sparse_fault_map.hpp"

namespace brownout::memory {

struct ImportedMap {
  std::string format;  ///< as the option `from` names it
  SparseFaultMap map;
  /// What a test at several voltages tells besides (measured_fault_map.hpp); empty of other maps.
  std::vector<Voltage> voltages = {};
  std::vector<std::uint64_t> failing = {};
  std::uint64_t nesting_violations = 0;
  std::string note = {};
  bool of_words = false;  ///< the file has word addresses; those of the map are cells

  bool is_test() const { return !voltages.empty(); }
};

/// Reads the map that `where` names: a file, a directory of text pairs, or the files of several
/// voltages (voltage_files.hpp). Throws InputError for bad files, and for options that are
/// missing or that the format does not take.
ImportedMap read_map(const std::string& where, const MapImport& import);

/// The files behind `where`, as read_map reads them. Throws InputError where there is none.
std::vector<std::filesystem::path> files_of_map(const std::string& where);

}  // namespace brownout::memory

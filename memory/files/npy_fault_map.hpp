// Fault maps as a NumPy array: the highest voltage at which each cell fails.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memory/files/measured_fault_map.hpp"
#include "memory/files/voltage_files.hpp"
#include "memory/maps/sparse_fault_map.hpp"

namespace brownout::memory {

/// What an .npy file does not say.
struct NpyFaultMapOptions {
  std::string unit;                             ///< "V" or "Vmin"
  FaultKind kind = FaultKind::kFlip;            ///< of every failing cell
  std::optional<Voltage> lowest_measured = {};  ///< none: the map is complete at every voltage
  std::string source;
};

/// Reads an array (rows, columns) of one bank or (banks, rows, columns), in C order and little
/// endian. uint16 and int32 count thousandths of the unit, and the type's largest value is a
/// defect; float16, float32 and float64 are in the unit, with NaN for a cell that never fails and
/// +inf for a defect. 0 never fails in either. float32 and float64 are rounded to millionths; a
/// float16 is the shortest decimal that is nearest to it, 0.85 and not 0.850098. Throws
/// InputError naming the file and what is allowed.
SparseFaultMap read_npy_fault_map(const std::filesystem::path& path,
                                  const NpyFaultMapOptions& options);
/// The same of a file's bytes; `name` stands for it in messages.
SparseFaultMap parse_npy_fault_map(std::string_view bytes, const std::string& name,
                                   const NpyFaultMapOptions& options);

/// Bitmaps, an array of bool or uint8 a voltage, by falling voltage: true or 1 fails. Another uint8
/// is refused: a count of failures says nothing without the number of reads. `lowest_measured` of
/// the options is not used.
MeasuredFaultMap parse_npy_bitmaps(const std::vector<VoltageText>& files,
                                   const NpyFaultMapOptions& options);

/// The file of a map: <f8, (banks, rows, columns). Throws InputError for what the format
/// cannot hold: faults of several kinds, intermittent cells, read noise, more than 2^27 cells.
std::string npy_fault_map_bytes(const SparseFaultMap& map);

}  // namespace brownout::memory

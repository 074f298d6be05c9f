// A fault map that is a list of cells, as measured; and its native file format, sparse CSV.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memory/fault_map.hpp"

namespace brownout::memory {

/// The header of a map file.
struct FaultMapHeader {
  SramGeometry geometry;
  std::string unit;                        ///< "V" or "Vmin", as in the profile
  std::optional<Voltage> lowest_measured;  ///< below it the map says nothing
  std::string source;
  double sigma_read = 0;  ///< read noise (read_noise.hpp), in `unit`
};

class SparseFaultMap final : public FaultMap {
 public:
  /// Throws std::runtime_error: an impossible geometry, a cell outside it, a cell named twice, p or
  /// sigma_read out of range.
  SparseFaultMap(FaultMapHeader header, std::vector<Fault> faults);

  const FaultMapHeader& header() const { return header_; }
  const std::vector<Fault>& faults() const { return faults_; }  ///< by bank, row, column
  const SramGeometry& geometry() const override { return header_.geometry; }
  CellFaults faults_at(Voltage voltage) const override;
  std::string source() const override { return header_.source; }

 private:
  void require_measured(Voltage voltage) const;

  FaultMapHeader header_;
  std::vector<Fault> faults_;
};

/// Reads `# key: value` header lines (banks, rows, columns, unit, lowest_measured, sigma_read,
/// source, faults), then `bank,row,column,vfail,kind[,p]`. Where `faults` tells their number, a
/// file that was cut off is refused. Errors are std::runtime_error with file:line.
SparseFaultMap read_fault_map_csv(const std::filesystem::path& path);
/// `name` stands for the file in messages.
SparseFaultMap read_fault_map_csv(std::string_view text, const std::string& name);
/// Always writes `faults`.
void write_fault_map_csv(std::ostream& out, const SparseFaultMap& map);

}  // namespace brownout::memory

// A chip of two kinds of cells: those of some columns are others than the rest.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "memory/fault_map.hpp"
#include "memory/sram_organisation.hpp"

namespace brownout::memory {

/// The top `bits` of every lane of `lane_bits` in a word's data.
struct ProtectedBits {
  std::uint32_t bits = 0, lane_bits = 8;

  bool any() const { return bits != 0; }
  /// Of a word.
  std::uint32_t count(const SramOrganisation& organisation) const {
    return bits * organisation.lanes(lane_bits);
  }
  /// The columns that such bits stand on: bit c % 64 of element c / 64 is column c.
  std::vector<std::uint64_t> columns(const SramOrganisation& organisation) const;
};

/// A cell of `columns` fails as that of `others` does, one of another column as that of `cells`.
class MixedFaultMap final : public FaultMap {
 public:
  /// Throws std::logic_error when the geometries differ.
  MixedFaultMap(std::unique_ptr<FaultMap> cells, std::unique_ptr<FaultMap> others,
                std::vector<std::uint64_t> columns);

  const SramGeometry& geometry() const override { return cells_->geometry(); }
  CellFaults faults_at(Voltage voltage) const override;
  std::string source() const override;

 private:
  bool is_other(std::uint32_t column) const {
    return column / 64 < columns_.size() && (columns_[column / 64] >> column % 64 & 1U) != 0;
  }

  std::unique_ptr<FaultMap> cells_, others_;
  std::vector<std::uint64_t> columns_;  // may end before the last column
};

}  // namespace brownout::memory

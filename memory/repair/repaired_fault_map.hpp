// A chip whose failing lines spares have taken the place of.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "memory/fault_map.hpp"
#include "memory/repair/spare_lines.hpp"

namespace brownout::memory {

/// What is seen of cells that have spares. Replaced are those that always fail in a test;
/// intermittent ones go with their lines.
class RepairedFaultMap final : public FaultMap {
 public:
  /// `cells`: of all lines, spares included. Tested once at `tested_at`, or anew at each voltage,
  /// and then the faults of different voltages need not nest. Throws InputError where the cells are
  /// not known at `tested_at`, std::logic_error where they are fewer than the spares.
  RepairedFaultMap(std::unique_ptr<FaultMap> cells, const SpareLines& spares,
                   std::optional<Voltage> tested_at);

  const SramGeometry& geometry() const override { return seen_; }
  CellFaults faults_at(Voltage voltage) const override;
  std::string source() const override;
  /// The lines that are seen at `voltage`.
  Repair repair_at(Voltage voltage) const;

 private:
  CellFaults seen_through(const Repair& repair, const CellFaults& faults) const;

  std::unique_ptr<FaultMap> cells_;
  SpareLines spares_;
  std::optional<Voltage> tested_at_;
  SramGeometry seen_;
  std::optional<Repair> tested_;
};

}  // namespace brownout::memory

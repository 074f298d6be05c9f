// What a session is asked for: a voltage of one supply, a chip, and which of its faults act.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "memory/cell_line.hpp"
#include "sim/experiment/session/plan.hpp"

namespace brownout::experiment {

struct Point {
  memory::Voltage voltage;
  std::uint64_t chip = 0;
  int cosim_images = 0;                             ///< of the first images
  std::optional<storage::FaultFilter> faults = {};  ///< that act; default: the workload's
  /// Cells of the weight SRAM that may fail, of those that repair leaves; default: all.
  std::optional<memory::LineFaults> line = {};
  std::string part = {};  ///< what `faults` or `line` are called, e.g. "conv1"
  /// Whose voltage it is, by its name (default: the weight SRAM's); the others are at the
  /// workload's operating point.
  std::string supply = {};
  std::optional<double> ber_asked = {};  ///< the bit error rate that `voltage` stands for
};

/// The workload's operating point on a chip.
inline Point operating_point(const config::WorkloadConfig& config, std::uint64_t chip) {
  return {.voltage = config.operating_point.voltage(hardware::OnChipMemory::kWeightSram),
          .chip = chip};
}

/// Of all supplies.
inline config::OperatingPoint voltages_at(const Plan& plan, const Point& point) {
  config::OperatingPoint voltages = plan.config.operating_point;
  voltages.set(plan.supply(point.supply).name, point.voltage);
  return voltages;
}

inline const storage::FaultFilter& acting_faults(const Plan& plan, const Point& point) {
  return point.faults ? *point.faults : plan.faults;
}

}  // namespace brownout::experiment

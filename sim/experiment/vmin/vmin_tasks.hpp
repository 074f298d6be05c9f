// What the workers of a search for the safe voltage do, as numbers that every process understands:
// it was forked before the search knew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/experiment/fault_parts.hpp"
#include "sim/experiment/runner/journal.hpp"
#include "sim/experiment/vmin/voltage_search.hpp"

namespace brownout::experiment {

enum class VminWork : std::uint8_t {
  kJudge,         ///< a chip at a voltage, with a share of the error of a search
  kJudgeExactly,  ///< likewise, without any error
  kPoint,         ///< a chip at a voltage, all images: energy and latency
  kPart,          ///< a chip at a voltage with a part of the faults only
  kBitline,       ///< likewise with one of its bitlines repaired
};

struct VminTask {
  VminWork work{};
  VoltageSearch::Task at;
  std::size_t which = 0;  ///< of VminTasks::parts(), or of the chip's worst bitlines
};

/// What a search tries to repair.
inline constexpr std::size_t kWorstBitlines = 4;

class VminTasks {
 public:
  /// `voltages` fall. `parts` of the faults: all of them first, then layers, then bits.
  VminTasks(std::vector<memory::Voltage> voltages, std::uint64_t chips,
            std::vector<FaultPart> parts);

  const std::vector<memory::Voltage>& voltages() const { return voltages_; }
  std::uint64_t chips() const { return chips_; }
  const std::vector<FaultPart>& parts() const { return parts_; }

  std::size_t number_of(const VminTask& task) const;
  VminTask task(std::size_t number) const;
  /// In the journal: of what a task finds, however it is found.
  Journal::Key key_of(const VminTask& task) const;

 private:
  std::size_t kind_of(const VminTask& task) const;

  std::vector<memory::Voltage> voltages_;
  std::uint64_t chips_;
  std::vector<FaultPart> parts_;
};

}  // namespace brownout::experiment

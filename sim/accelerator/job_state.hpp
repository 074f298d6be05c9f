// What the modules share during a job: the job, its results, and the clock.
#pragma once

#include <systemc>

#include "sim/accelerator/job.hpp"

namespace brownout::accelerator {

using hardware::Cycle;
using hardware::FoldIndex;

/// Cycles of the running job on SystemC's time axis. The sequencer acts on whole cycles; the DMA
/// and the vector unit complete half a cycle before the cycle from which their result is usable, so
/// that no result depends on the order of processes within a delta.
class Clock {
 public:
  static sc_core::sc_time half() { return sc_core::sc_time(1, sc_core::SC_PS); }

  /// Cycle 0 is now.
  void restart() { base_ = sc_core::sc_time_stamp().value(); }
  Cycle now() const {
    return static_cast<Cycle>((sc_core::sc_time_stamp().value() - base_ + 1) / 2);
  }
  /// Time from now to the start of `cycle`.
  sc_core::sc_time until(Cycle cycle) const {
    const sc_dt::uint64 at = base_ + 2 * static_cast<sc_dt::uint64>(cycle);
    return sc_core::sc_time::from_value(at - sc_core::sc_time_stamp().value());
  }
  /// Time from now to half a cycle before the start of `cycle`.
  sc_core::sc_time until_just_before(Cycle cycle) const {
    const sc_dt::uint64 at = base_ + 2 * static_cast<sc_dt::uint64>(cycle) - 1;
    return sc_core::sc_time::from_value(at - sc_core::sc_time_stamp().value());
  }

 private:
  sc_dt::uint64 base_ = 0;
};

struct JobState {
  const Job* job = nullptr;
  DramModel* dram = nullptr;
  MachineRun run;
  Clock clock;

  const schedule::TileProgram& program() const { return job->program(); }
  const schedule::WeightLayout& layout() const { return job->stored.layout; }
  const hardware::AcceleratorSpec& spec() const { return program().spec; }
  const models::Node& node(models::NodeIndex index) const { return job->network.nodes[index]; }
  const schedule::Fold& fold(hardware::FoldIndex index) const { return program().folds[index]; }
  hardware::EventCounts& counts(models::NodeIndex node) { return run.counts[node]; }
};

}  // namespace brownout::accelerator

// The facade of the SystemC machine, free of SystemC: one Simulator lives in a process, and runs
// jobs one after another.
#pragma once

#include <memory>

#include "sim/accelerator/job.hpp"

namespace brownout::accelerator {

class Simulator {
 public:
  /// Elaborates the SystemC modules. Throws std::logic_error for a second one in a process.
  Simulator();
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  MachineRun run(const Job& job);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace brownout::accelerator

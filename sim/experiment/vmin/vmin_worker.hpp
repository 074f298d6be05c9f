// A worker of a search for the safe voltage: does its tasks in a process of its own.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "sim/experiment/vmin/judge.hpp"
#include "sim/experiment/vmin/limit.hpp"
#include "sim/experiment/vmin/vmin.hpp"
#include "sim/experiment/vmin/vmin_tasks.hpp"

namespace brownout::experiment {

class VminWorker {
 public:
  /// `tasks` and `options` must outlive this.
  VminWorker(const Session& session, const VminTasks& tasks, const VminOptions& options);

  /// The row of a judgement, the rows of a point (run_to_text), the drop by a part of the faults,
  /// or without a bitline (repaired_text).
  std::string run(std::size_t number);

 private:
  /// Nothing where the chip has no such bitline.
  std::optional<RepairedBitline> repaired(Point point, std::size_t which);

  Session session_;
  Judge judge_;
  const VminTasks& tasks_;
  const VminOptions& options_;
};

}  // namespace brownout::experiment

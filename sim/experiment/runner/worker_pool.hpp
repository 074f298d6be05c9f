// Tasks for forked processes: a worker takes one task after another and sends back text. A worker
// that dies or throws costs its task, nothing else.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace brownout::experiment {

/// A task that failed, and why.
struct TaskFailure {
  std::size_t task = 0;
  std::string reason;
};

struct PoolHooks {
  /// Runs once in every worker process and yields what executes its tasks there.
  std::function<std::function<std::string(std::size_t task)>()> make_worker;
  /// Runs in the parent, in the order in which tasks finish.
  std::function<void(std::size_t task, const std::string& result)> on_result;
  /// May be empty. Runs in the parent when all tasks are done and none failed: further ones, for
  /// the same workers, or nothing.
  std::function<std::vector<std::size_t>()> next_tasks = {};
};

/// Executes `tasks` in `jobs` processes. The caller must not have started threads (fork). Throws
/// WorldError when processes or pipes cannot be made, Interrupted upon SIGINT and SIGTERM.
std::vector<TaskFailure> run_in_workers(const std::vector<std::size_t>& tasks, int jobs,
                                        const PoolHooks& hooks);

}  // namespace brownout::experiment

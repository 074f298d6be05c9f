#include "sim/experiment/runner/worker_pool.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <map>
#include <stdexcept>

namespace brownout::experiment {
namespace {

std::vector<std::size_t> numbers(std::size_t count) {
  std::vector<std::size_t> tasks;
  for (std::size_t i = 0; i < count; ++i) tasks.push_back(i);
  return tasks;
}

struct Outcome {
  std::map<std::size_t, std::string> results;
  std::vector<TaskFailure> failures;
};

Outcome run(std::size_t tasks, int jobs, const std::function<std::string(std::size_t)>& work) {
  Outcome outcome;
  PoolHooks hooks;
  hooks.make_worker = [&] { return work; };
  hooks.on_result = [&](std::size_t task, const std::string& text) {
    outcome.results[task] = text;
  };
  outcome.failures = run_in_workers(numbers(tasks), jobs, hooks);
  return outcome;
}

TEST(WorkerPool, ReturnsEveryResultWhateverTheNumberOfJobs) {
  for (int jobs : {1, 2, 5, 40}) {
    const Outcome outcome = run(20, jobs, [](std::size_t task) {
      return std::string(task * 1000, 'x') + std::to_string(task);
    });
    EXPECT_TRUE(outcome.failures.empty());
    ASSERT_EQ(outcome.results.size(), 20U);
    for (std::size_t task = 0; task < 20; ++task) {
      EXPECT_EQ(outcome.results.at(task), std::string(task * 1000, 'x') + std::to_string(task));
    }
  }
}

TEST(WorkerPool, RunsInOtherProcesses) {
  const Outcome outcome = run(4, 2, [](std::size_t) { return std::to_string(::getpid()); });
  for (const auto& [task, pid] : outcome.results) EXPECT_NE(pid, std::to_string(::getpid()));
}

TEST(WorkerPool, AnExceptionCostsOneTaskAndKeepsItsReason) {
  const Outcome outcome = run(10, 2, [](std::size_t task) {
    if (task == 3) throw std::runtime_error("planted");
    return std::string("fine");
  });
  ASSERT_EQ(outcome.failures.size(), 1U);
  EXPECT_EQ(outcome.failures[0].task, 3U);
  EXPECT_EQ(outcome.failures[0].reason, "planted");
  EXPECT_EQ(outcome.results.size(), 9U);
}

TEST(WorkerPool, AKilledWorkerCostsOneTask) {
  const Outcome outcome = run(10, 3, [](std::size_t task) {
    if (task == 7) ::raise(SIGKILL);
    return std::string("fine");
  });
  ASSERT_EQ(outcome.failures.size(), 1U);
  EXPECT_EQ(outcome.failures[0].task, 7U);
  EXPECT_EQ(outcome.failures[0].reason, "its process was killed by signal 9");
  EXPECT_EQ(outcome.results.size(), 9U);
}

TEST(WorkerPool, HasNothingToDoWithoutTasks) { EXPECT_TRUE(run(0, 4, {}).failures.empty()); }

}  // namespace
}  // namespace brownout::experiment

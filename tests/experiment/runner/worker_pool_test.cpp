#include "sim/experiment/runner/worker_pool.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
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

// Each round has the tasks of what the one before it said.
TEST(WorkerPool, TheSameWorkersTakeFurtherTasks) {
  for (const int jobs : {1, 3}) {
    std::vector<std::size_t> order;
    std::set<std::string> processes;
    PoolHooks hooks;
    hooks.make_worker = [] { return [](std::size_t) { return std::to_string(::getpid()); }; };
    hooks.on_result = [&](std::size_t task, const std::string& process) {
      order.push_back(task);
      processes.insert(process);
    };
    hooks.next_tasks = [&]() -> std::vector<std::size_t> {
      if (order.size() >= 12) return {};
      return {order.size(), order.size() + 1};
    };
    EXPECT_TRUE(run_in_workers({0, 1, 2, 3}, jobs, hooks).empty());
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, numbers(12));
    EXPECT_LE(processes.size(), static_cast<std::size_t>(jobs));
  }
}

TEST(WorkerPool, AFailureEndsTheRounds) {
  PoolHooks hooks;
  hooks.make_worker = [] {
    return [](std::size_t task) -> std::string {
      if (task == 1) throw std::runtime_error("planted");
      return "fine";
    };
  };
  int results = 0;
  hooks.on_result = [&](std::size_t, const std::string&) { ++results; };
  hooks.next_tasks = [&]() -> std::vector<std::size_t> {
    ADD_FAILURE() << "asked for more";
    return {};
  };
  EXPECT_EQ(run_in_workers({0, 1, 2, 3}, 2, hooks).size(), 1U);
  EXPECT_EQ(results, 3);
}

TEST(WorkerPool, HasNothingToDoWithoutTasks) { EXPECT_TRUE(run(0, 4, {}).failures.empty()); }

}  // namespace
}  // namespace brownout::experiment

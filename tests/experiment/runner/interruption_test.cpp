// Ctrl-C between results: at once, with nothing lost, and not twice.
#include "sim/experiment/runner/interruption.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "sim/experiment/runner/worker_pool.hpp"

namespace brownout::experiment {
namespace {

TEST(Interruption, IsHeldBackUntilSomebodyLooks) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const InterruptionGuard guard;
    EXPECT_NO_THROW(guard.check());
    ::raise(signal);
    try {
      guard.check();
      ADD_FAILURE() << "no interruption";
    } catch (const Interrupted& interrupted) {
      EXPECT_EQ(interrupted.signal(), signal);
    }
  }  // the guard ends, and the signal with it: this process goes on
}

TEST(Interruption, WhatWasIgnoredStaysSo) {
  ::signal(SIGINT, SIG_IGN);  // nohup
  {
    const InterruptionGuard guard;
    ::raise(SIGINT);
    EXPECT_NO_THROW(guard.check());
  }
  ::signal(SIGINT, SIG_DFL);
}

// The second task would take a minute. Its worker is not waited for.
TEST(Interruption, EndsTheWorkersAtOnceAndKeepsWhatTheyHadDone) {
  PoolHooks hooks;
  hooks.make_worker = [] {
    return [](std::size_t task) {
      if (task > 0) std::this_thread::sleep_for(std::chrono::minutes(1));
      return std::string("done");
    };
  };
  std::size_t results = 0;
  hooks.on_result = [&](std::size_t, const std::string&) {
    ++results;
    ::raise(SIGINT);
  };
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(run_in_workers({0, 1, 2}, 1, hooks), Interrupted);
  EXPECT_EQ(results, 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

// As a terminal does it: the workers get the signal, too. Their death is no failed task.
TEST(Interruption, OfTheWholeGroupIsNoFailureOfItsWorkers) {
  const pid_t parent = ::getpid();
  PoolHooks hooks;
  hooks.make_worker = [parent] {
    return [parent](std::size_t) {
      ::kill(parent, SIGINT);
      ::raise(SIGINT);
      return std::string("not interrupted");
    };
  };
  hooks.on_result = [](std::size_t, const std::string& text) { ADD_FAILURE() << text; };
  EXPECT_THROW(run_in_workers({0}, 1, hooks), Interrupted);
}

}  // namespace
}  // namespace brownout::experiment

#include "sim/experiment/runner/interruption.hpp"

namespace brownout::experiment {
namespace {

volatile sig_atomic_t arrived = 0;

void remember(int signal) { arrived = signal; }

}  // namespace

InterruptionGuard::InterruptionGuard() {
  arrived = 0;
  sigset_t held;
  sigemptyset(&held);
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction before = {};
    ::sigaction(signal, nullptr, &before);
    if (before.sa_handler == SIG_IGN) continue;
    sigaddset(&held, signal);
    replaced_.push_back({signal, before});
  }
  ::sigprocmask(SIG_BLOCK, &held, &outside_);
  struct sigaction action = {};
  action.sa_handler = remember;
  for (const Replaced& replaced : replaced_) ::sigaction(replaced.signal, &action, nullptr);
}

InterruptionGuard::~InterruptionGuard() { leave_to_parent(); }

void InterruptionGuard::leave_to_parent() const {
  for (const Replaced& replaced : replaced_) {
    ::sigaction(replaced.signal, &replaced.action, nullptr);
  }
  ::sigprocmask(SIG_SETMASK, &outside_, nullptr);
}

void InterruptionGuard::check() const {
  sigset_t pending;
  ::sigpending(&pending);
  for (const Replaced& replaced : replaced_) {
    if (arrived != replaced.signal && sigismember(&pending, replaced.signal) != 1) continue;
    int taken = 0;
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, replaced.signal);
    if (arrived != replaced.signal) ::sigwait(&one, &taken);  // it must not act afterwards
    throw Interrupted(replaced.signal);
  }
}

}  // namespace brownout::experiment

// SIGINT and SIGTERM while workers run: they end the work between two results, never amid one.
#pragma once

#include <signal.h>

#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace brownout::experiment {

/// Somebody ended the work. Not a InputError: it is nobody's mistake.
class Interrupted : public std::exception {
 public:
  /// `kept`: what of the work is kept, and where; may be empty.
  explicit Interrupted(int signal, std::string kept = {})
      : signal_(signal), kept_(std::move(kept)) {}
  const char* what() const noexcept override { return kept_.c_str(); }
  int signal() const { return signal_; }

 private:
  int signal_;
  std::string kept_;
};

/// While it lives, the signals are held back until somebody looks. One that was ignored before
/// (nohup) stays so.
class InterruptionGuard {
 public:
  InterruptionGuard();
  ~InterruptionGuard();
  InterruptionGuard(const InterruptionGuard&) = delete;
  InterruptionGuard& operator=(const InterruptionGuard&) = delete;

  /// For ppoll: with it a signal ends the wait.
  const sigset_t& outside() const { return outside_; }
  /// Throws Interrupted when a signal arrived.
  void check() const;
  /// In a forked child: signals act there as they did before.
  void leave_to_parent() const;

 private:
  struct Replaced {
    int signal = 0;
    struct sigaction action = {};
  };
  std::vector<Replaced> replaced_;
  sigset_t outside_ = {};
};

}  // namespace brownout::experiment

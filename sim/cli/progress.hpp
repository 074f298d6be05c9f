// How far long work has come and how long it will take: on a terminal only.
#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>

namespace brownout::cli {

/// True when the process's standard error is a terminal.
bool stderr_is_terminal();

/// "12 of 60 points, about 1:05 left"; the estimate from `fresh` points that took `seconds`.
std::string progress_text(std::size_t done, std::size_t total, std::size_t fresh, double seconds);

/// One line that is written over itself, and removed at the end at the latest.
class Progress {
 public:
  /// Writes nothing unless `enabled`.
  Progress(std::ostream& err, bool enabled);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(std::size_t done, std::size_t total);
  void show(const std::string& text);
  /// Removes the line: before results go to the same terminal.
  void clear();

 private:
  std::ostream& err_;
  bool enabled_;
  bool shown_ = false;
  std::size_t resumed_ = 0;  // the first `done`: finished by an earlier run, in no time
  std::optional<std::chrono::steady_clock::time_point> start_;  // of counting
};

}  // namespace brownout::cli

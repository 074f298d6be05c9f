// How far long work has come and how long it will take: a line that is written over itself on a
// terminal, a line a minute in a log.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

namespace brownout::cli {

enum class ProgressForm : std::uint8_t {
  kNone,
  kTerminal,  ///< one line, written over itself and removed at the end at the latest
  kLog,       ///< a line a minute, so that short work writes none
};

/// What suits the process's standard error; none with --quiet.
ProgressForm progress_form(bool quiet);

/// How much of what is done; the estimate is made of `fresh` ones that took `seconds`.
struct Count {
  std::size_t done = 0;
  std::size_t total = 0;
  std::string what = "points";
};
/// "12 of 60 points, about 1:05 left".
std::string progress_text(const Count& count, std::size_t fresh, double seconds);

class Progress {
 public:
  Progress(std::ostream& err, ProgressForm form,
           std::chrono::seconds between = std::chrono::minutes(1));
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(const Count& count);
  void show(const std::string& text);
  /// Removes the line: before results go to the same terminal.
  void clear();

 private:
  std::ostream& err_;
  ProgressForm form_;
  std::chrono::seconds between_;                                                   // lines of a log
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();  // likewise
  bool shown_ = false;
  std::size_t resumed_ = 0;  // the first `done`: finished by an earlier run, in no time
  std::optional<std::chrono::steady_clock::time_point> start_;  // of counting
};

}  // namespace brownout::cli

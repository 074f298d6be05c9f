// The directory that a command fills with results: checked against what is asked for, then held
// alone, with its manifest and its journal.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/runner/directory_lock.hpp"
#include "sim/experiment/runner/journal.hpp"
#include "sim/experiment/runner/worker_pool.hpp"
#include "sim/experiment/session/point.hpp"

namespace brownout::experiment {

class ResultsDirectory {
 public:
  /// Everything that can be wrong with the input is wrong before the directory appears. Throws
  /// InputError where profiles or maps do not cover the point `lowest` in voltage, and for a
  /// directory of other results; WorldError where another process holds it.
  ResultsDirectory(const Plan& plan, const Point& lowest, const std::filesystem::path& directory,
                   const std::string& manifest);

  std::filesystem::path journal_file() const { return directory_ / "results.sqlite"; }
  Journal& journal() { return *journal_; }
  /// In a forked child.
  void leave_to_parent() { lock_->leave_to_parent(); }

 private:
  std::filesystem::path directory_;
  std::optional<DirectoryLock> lock_;
  std::optional<Journal> journal_;
};

/// What the constructor above checks before the directory appears. Throws InputError likewise.
void check_directory(const Plan& plan, const Point& lowest, const std::filesystem::path& directory,
                     const std::string& manifest);
/// Throws InputError where `directory` is a file, or holds any.
void require_no_results(const std::filesystem::path& directory);
/// With those above it. Throws WorldError.
void make_directory(const std::filesystem::path& directory);

/// Does `work`; whatever ends it early, a signal or the world, says what is `kept`.
std::vector<TaskFailure> saying_what_is_kept(const std::function<std::string()>& kept,
                                             const std::function<std::vector<TaskFailure>()>& work);

}  // namespace brownout::experiment

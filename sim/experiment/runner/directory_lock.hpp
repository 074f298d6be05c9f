// One process at a time in a results directory.
#pragma once

#include <filesystem>

namespace brownout::experiment {

/// Held until it is destroyed or its process ends, however it ends.
class DirectoryLock {
 public:
  /// Throws WorldError when another process holds the directory, or when it cannot be opened.
  explicit DirectoryLock(const std::filesystem::path& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  /// In a forked child: gives up its share, so that the lock ends with the parent.
  void leave_to_parent();

 private:
  int descriptor_ = -1;
};

}  // namespace brownout::experiment

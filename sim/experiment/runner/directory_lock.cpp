#include "sim/experiment/runner/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "memory/base/world_error.hpp"

namespace brownout::experiment {

DirectoryLock::DirectoryLock(const std::filesystem::path& directory)
    : descriptor_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) {
    fail_world(directory.string(), errno);
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(descriptor_);
    if (error != EWOULDBLOCK) fail_world(directory.string() + ": cannot be locked", error);
    throw WorldError(directory.string() +
                     ": another sweep is running in this directory; wait for its end, or choose "
                     "another --out");
  }
}

DirectoryLock::~DirectoryLock() { leave_to_parent(); }

void DirectoryLock::leave_to_parent() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace brownout::experiment

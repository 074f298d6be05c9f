// The other kind of failure than bad input: what was asked for is fine, the world around the
// program is not (a full disk, no permission, no process, a locked file).
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace brownout {

/// Not a std::runtime_error: whoever catches bad input to name its place must not turn this into
/// bad input. Exit status 1.
class WorldError : public std::exception {
 public:
  explicit WorldError(std::string message) : message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

/// Throws a WorldError "place: reason; what to do" for an errno.
[[noreturn]] void fail_world(const std::string& place, int error);

}  // namespace brownout

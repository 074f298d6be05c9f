// What to do about an errno, in one place.
#include "memory/base/world_error.hpp"

#include <cerrno>
#include <system_error>

namespace brownout {
namespace {

std::string advice(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "; free some space, or write elsewhere";
    case EFBIG:
      return "; raise the limit on the size of files (ulimit -f), or write elsewhere";
    case EACCES:
    case EPERM:
    case EROFS:
      return "; make it writable, or write elsewhere";
    case EAGAIN:
    case ENOMEM:
      return "; end other processes, or take fewer --jobs";
    case EMFILE:
    case ENFILE:
      return "; raise the limit on open files (ulimit -n), or take fewer --jobs";
    default:
      return "";
  }
}

}  // namespace

void fail_world(const std::string& place, int error) {
  throw WorldError(place + ": " + std::generic_category().message(error) + advice(error));
}

}  // namespace brownout

// What the world refuses is told with what to do about it.
#include "memory/base/world_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <stdexcept>
#include <type_traits>

namespace brownout {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(WorldError, SaysWhatToDo) {
  EXPECT_THAT([] { fail_world("f.csv", ENOSPC); },
              ThrowsMessage<WorldError>(
                  "f.csv: No space left on device; free some space, or write elsewhere"));
  EXPECT_THAT([] { fail_world("f", EROFS); }, ThrowsMessage<WorldError>(HasSubstr("writable")));
  EXPECT_THAT([] { fail_world("f", EAGAIN); },
              ThrowsMessage<WorldError>(HasSubstr("fewer --jobs")));
}

TEST(WorldError, IsNotTakenForBadInput) {
  EXPECT_FALSE((std::is_base_of_v<std::runtime_error, WorldError>));
}

}  // namespace
}  // namespace brownout

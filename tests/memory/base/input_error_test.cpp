// Place, key and text of bad input, and the one line that they make.
#include "memory/base/input_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brownout {
namespace {

TEST(InputError, WhoKnowsMoreAddsKeysAndPlaces) {
  const InputError found("rows", "0 is not in 1..1024");
  EXPECT_STREQ(found.what(), "rows: 0 is not in 1..1024");
  const InputError told = found.below("array").below("accelerator").within("FILE:14");
  EXPECT_STREQ(told.what(), "FILE:14: accelerator.array.rows: 0 is not in 1..1024");
  EXPECT_EQ(told.place(), "FILE:14");
  EXPECT_EQ(told.key(), "accelerator.array.rows");
  EXPECT_EQ(told.text(), "0 is not in 1..1024");
}

TEST(InputError, WhatIsUnknownIsLeftOut) {
  EXPECT_STREQ(InputError("too long").what(), "too long");
  EXPECT_STREQ(InputError("too long").within("").what(), "too long");
  EXPECT_STREQ(InputError("too long").below("name").what(), "name: too long");
  EXPECT_STREQ(InputError("too long").within("--name").what(), "--name: too long");
}

TEST(InputError, APlaceStandsWithinAnotherOne) {
  EXPECT_STREQ(InputError("no such file").within("a.csv").within("--fault-map").what(),
               "--fault-map: a.csv: no such file");
}

TEST(InputError, ARangeNamesItsLimits) {
  EXPECT_NO_THROW(require_range("rows", 1, 1, 4));
  EXPECT_NO_THROW(require_range("rows", 4, 1, 4));
  EXPECT_THAT([] { require_range("rows", 0, 1, 4); },
              testing::ThrowsMessage<InputError>("rows: 0 is not in 1..4"));
  EXPECT_THROW(require_range("rows", 5, 1, 4), InputError);
}

}  // namespace
}  // namespace brownout

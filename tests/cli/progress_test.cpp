// Estimates, and silence where nobody reads them.
#include "sim/cli/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace brownout::cli {
namespace {

TEST(Progress, EstimatesFromTheMeanOfFreshPoints) {
  EXPECT_EQ(progress_text(0, 60, 0, 0), "0 of 60 points");
  EXPECT_EQ(progress_text(10, 60, 10, 13), "10 of 60 points, about 1:05 left");
  EXPECT_EQ(progress_text(20, 60, 10, 13), "20 of 60 points, about 0:52 left");
  EXPECT_EQ(progress_text(1, 60, 1, 100), "1 of 60 points, about 1:38:20 left");
  EXPECT_EQ(progress_text(60, 60, 60, 13), "60 of 60 points");
}

TEST(Progress, SilentUnlessEnabled) {
  std::ostringstream err;
  {
    Progress progress(err, false);
    progress.show("loading");
    progress.update(1, 2);
  }
  EXPECT_EQ(err.str(), "");
}

TEST(Progress, RemovesItsLineOnceWhenResultsFollow) {
  std::ostringstream err;
  {
    Progress progress(err, true);
    progress.show("loading");
    progress.clear();
    err << "result\n";
  }
  EXPECT_EQ(err.str(), "\r\x1b[Kloading\r\x1b[Kresult\n");
}

TEST(Progress, RemovesItsLine) {
  std::ostringstream err;
  {
    Progress progress(err, true);
    progress.show("loading");
    progress.update(5, 9);
  }
  EXPECT_EQ(err.str(), "\r\x1b[Kloading\r\x1b[K5 of 9 points\r\x1b[K");
}

}  // namespace
}  // namespace brownout::cli

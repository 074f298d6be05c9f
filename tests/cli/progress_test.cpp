// Estimates, and what suits a terminal, a log and nobody.
#include "sim/cli/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace brownout::cli {
namespace {

TEST(Progress, EstimatesFromTheMeanOfFreshPoints) {
  EXPECT_EQ(progress_text({0, 60}, 0, 0), "0 of 60 points");
  EXPECT_EQ(progress_text({10, 60}, 10, 13), "10 of 60 points, about 1:05 left");
  EXPECT_EQ(progress_text({20, 60}, 10, 13), "20 of 60 points, about 0:52 left");
  EXPECT_EQ(progress_text({1, 60, "images"}, 1, 100), "1 of 60 images, about 1:38:20 left");
  EXPECT_EQ(progress_text({60, 60}, 60, 13), "60 of 60 points");
}

TEST(Progress, SilentWhereNobodyReads) {
  std::ostringstream err;
  {
    Progress progress(err, ProgressForm::kNone);
    progress.show("loading");
    progress.update({1, 2});
  }
  EXPECT_EQ(err.str(), "");
}

TEST(Progress, RemovesItsLineOnceWhenResultsFollow) {
  std::ostringstream err;
  {
    Progress progress(err, ProgressForm::kTerminal);
    progress.show("loading");
    progress.clear();
    err << "result\n";
  }
  EXPECT_EQ(err.str(), "\r\x1b[Kloading\r\x1b[Kresult\n");
}

TEST(Progress, ALogGetsLinesOnlyOfWorkThatTakesLong) {
  using std::chrono::seconds;
  std::ostringstream slow, fast;
  {
    Progress each(slow, ProgressForm::kLog, seconds(0));
    Progress minutes(fast, ProgressForm::kLog, seconds(60));
    for (Progress* progress : {&each, &minutes}) {
      progress->show("loading");
      progress->update({5, 9, "images"});
    }
  }
  EXPECT_EQ(slow.str(), "loading\n5 of 9 images\n");
  EXPECT_EQ(fast.str(), "");
}

TEST(Progress, RemovesItsLine) {
  std::ostringstream err;
  {
    Progress progress(err, ProgressForm::kTerminal);
    progress.show("loading");
    progress.update({5, 9});
  }
  EXPECT_EQ(err.str(), "\r\x1b[Kloading\r\x1b[K5 of 9 points\r\x1b[K");
}

}  // namespace
}  // namespace brownout::cli

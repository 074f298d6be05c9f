// Rows of the journal and tasks of workers, there and back.
#include "sim/experiment/vmin/judgement.hpp"

#include <gtest/gtest.h>

#include <set>

#include "memory/base/input_error.hpp"
#include "sim/experiment/vmin/vmin_tasks.hpp"

namespace brownout::experiment {
namespace {

TEST(Judgement, ARowReadsBackAsWhatItWasMadeOf) {
  for (const SettledBy by : {SettledBy::kAllImages, SettledBy::kArithmetic, SettledBy::kBound}) {
    Judgement judgement{.voltage = memory::Voltage::parse("0.85"),
                        .unit = "Vmin",
                        .chip = 12,
                        .images = 400,
                        .paired = PairedCounts{7, 2},
                        .drop = 0.0125,
                        .pass = true,
                        .by = by};
    EXPECT_EQ(search_row(parse_search_row(search_row(judgement))), search_row(judgement));
    judgement.paired.reset();
    judgement.pass = false;
    EXPECT_EQ(search_row(parse_search_row(search_row(judgement))), search_row(judgement));
  }
}

TEST(Judgement, ADamagedRowIsRefused) {
  EXPECT_THROW(parse_search_row("0.85,Vmin,1,200,0,0,0,1"), InputError);
  EXPECT_THROW(parse_search_row("0.85,Vmin,1,200,0,0,0,1,luck"), InputError);
  EXPECT_THROW(parse_search_row("0.85,Vmin,x,200,0,0,0,1,bound"), InputError);
}

TEST(VminTasks, EveryTaskHasItsNumberAndItsPlaceInTheJournal) {
  FaultPart conv1, conv2;
  conv1.layer = "conv1";
  conv2.layer = "conv2";
  const VminTasks tasks({memory::Voltage::parse("0.9"), memory::Voltage::parse("0.8")}, 5,
                        {FaultPart{}, conv1, conv2});
  constexpr std::size_t kPlaces = 2 * 5, kTasks = (3 + 3 + kWorstBitlines) * kPlaces;  // kinds
  std::set<Journal::Key> keys;
  for (std::size_t number = 0; number < kTasks; ++number) {
    const VminTask task = tasks.task(number);
    EXPECT_EQ(tasks.number_of(task), number);
    keys.insert(tasks.key_of(task));
  }
  EXPECT_EQ(keys.size(), kTasks - kPlaces);  // a chip is judged in one way
}

}  // namespace
}  // namespace brownout::experiment

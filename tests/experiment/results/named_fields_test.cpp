// Rows of CSV files read by the names of their columns.
#include "sim/experiment/results/named_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/experiment/results/csv_row.hpp"

namespace brownout::experiment {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(CsvFields, ReadBackWhatARowWrites) {
  CsvRow row;
  row.add_field(std::string("a, b")).add_field({}).add_field(std::string("say \"hi\""));
  row << 3 << std::string("plain");
  EXPECT_THAT(csv_fields(row.text()), ElementsAre("a, b", "", "say \"hi\"", "3", "plain"));
  EXPECT_THAT(csv_fields("x,"), ElementsAre("x", ""));
}

TEST(NamedFields, FindsTheColumnsWhoseNamesEndAlike) {
  const NamedFields fields("f.csv", "a_j,b_j,c_j,d", "1,2.5,,4");
  EXPECT_THAT(fields.numbers_ending("_j"), ElementsAre(Pair("a_j", 1), Pair("b_j", 2.5)));
}

}  // namespace
}  // namespace brownout::experiment

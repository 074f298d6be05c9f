// Rows of CSV files read by the names of their columns.
#include "sim/experiment/results/named_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/experiment/results/csv_row.hpp"

namespace brownout::experiment {
namespace {

using testing::ElementsAre;

TEST(CsvFields, ReadBackWhatARowWrites) {
  CsvRow row;
  row.add_field(std::string("a, b")).add_field({}).add_field(std::string("say \"hi\""));
  row << 3 << std::string("plain");
  EXPECT_THAT(csv_fields(row.text()), ElementsAre("a, b", "", "say \"hi\"", "3", "plain"));
  EXPECT_THAT(csv_fields("x,"), ElementsAre("x", ""));
}

TEST(NamedFields, FindsAColumnByItsName) {
  const NamedFields fields("f.csv", "a,b", "2.5,");
  EXPECT_EQ(fields.some("a"), 2.5);
  EXPECT_FALSE(fields.some("b") || fields.has("c"));
}

}  // namespace
}  // namespace brownout::experiment

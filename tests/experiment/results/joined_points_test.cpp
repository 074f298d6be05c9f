// The points of several sweeps as one file, from short files made up here.
#include "sim/experiment/results/joined_points.hpp"

#include <gtest/gtest.h>

#include "memory/base/input_error.hpp"

namespace brownout::experiment {
namespace {

TEST(JoinedPoints, FieldsThatTellTheSweepsApartGoFirst) {
  EXPECT_EQ(joined_points({"memory.encoding", "run.seed"},
                          {{{"gray", "1"}, "voltage,unit,chip\n0.9,V,0\n0.8,V,0\n"},
                           {{"a, b", "2"}, "voltage,unit,chip\n0.9,V,3\n"}}),
            "memory.encoding,run.seed,voltage,unit,chip\ngray,1,0.9,V,0\ngray,1,0.8,V,0\n"
            "\"a, b\",2,0.9,V,3\n");
}

TEST(JoinedPoints, AColumnOfOneSweepIsEmptyInTheOtherAndStandsInItsOwnPlace) {
  EXPECT_EQ(joined_points({"k"}, {{{"x"}, "voltage,ber,images\n0.9,0,7\n"},
                                  {{"y"}, "voltage,ber,residual_ber\n0.8,0.1,0.01\n"}}),
            "k,voltage,ber,images,residual_ber\nx,0.9,0,7,\ny,0.8,0.1,,0.01\n");
}

TEST(JoinedPoints, ARowThatDoesNotFitItsHeaderIsRefused) {
  EXPECT_THROW(joined_points({"k"}, {{{"x"}, "voltage,unit\n0.9,V,0\n"}}), InputError);
}

}  // namespace
}  // namespace brownout::experiment

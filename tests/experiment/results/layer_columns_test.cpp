#include "sim/experiment/results/layer_columns.hpp"

#include <gtest/gtest.h>

#include "tests/experiment/results/points.hpp"

namespace brownout::experiment {
namespace {

TEST(LayerColumns, TheHeaderIsThatOfTheContract) {
  EXPECT_EQ(layers_header(),
            "voltage,unit,chip,layer,kind,m,n,k,macs,weights,weights_changed,effective_ber,cycles,"
            "compute_cycles,weight_fetch_cycles,dram_cycles,accumulator_cycles,vector_cycles,"
            "utilization,energy_j,weight_sram_energy_j,logic_energy_j,activation_sram_energy_j,"
            "dram_energy_j,effective_ber_0to1,effective_ber_1to0,words,words_touched,"
            "weight_error_mean,weight_error_max,accumulator_energy_j");
}

TEST(LayerColumns, EveryValueStandsInItsOwnColumn) {
  PointResult point = point_at("0.9");
  point.chip = 7;
  LayerResult& layer = point.layers.emplace_back();
  layer.name = "conv1";
  layer.kind = "conv";
  layer.m = 1;
  layer.n = 2;
  layer.k = 3;
  layer.macs = 4;
  layer.weights = 5;
  layer.weights_changed = 0.5;
  layer.effective_ber = 0.25;
  layer.cycles = {.compute = 10, .weight_fetch = 20, .dram = 30, .accumulator = 40, .vector = 50};
  layer.utilization = 0.75;
  layer.energy[energy::Rail::kWeightSram] = 1;
  layer.energy[energy::Rail::kLogic] = 2;
  layer.energy[energy::Rail::kActivationSram] = 4;
  layer.energy[energy::Rail::kDram] = 8;
  layer.energy[energy::Rail::kAccumulator] = 16;
  layer.effective_ber_0to1 = 0.125;
  layer.effective_ber_1to0 = 0.375;
  layer.words = 6;
  layer.words_touched = 0.625;
  layer.weight_error_mean = 0.875;
  layer.weight_error_max = 9;
  EXPECT_EQ(layer_rows(point),
            "0.9,Vmin,7,conv1,conv,1,2,3,4,5,0.5,0.25,150,10,20,30,40,50,0.75,31,1,2,4,8,"
            "0.125,0.375,6,0.625,0.875,9,16\n");
}

TEST(LayerColumns, ANameWithACommaIsQuoted) {
  PointResult point = point_at();
  point.layers.emplace_back().name = "a,\"b\"";
  EXPECT_NE(layer_rows(point).find(",\"a,\"\"b\"\"\","), std::string::npos);
}

}  // namespace
}  // namespace brownout::experiment

#include "sim/experiment/results/point_columns.hpp"

#include <gtest/gtest.h>

#include "tests/experiment/results/points.hpp"

namespace brownout::experiment {
namespace {

TEST(PointColumns, TheHeaderIsThatOfTheContract) {
  EXPECT_EQ(points_header(),
            "voltage,unit,chip,ber,effective_ber,weights_changed,images,top1,top1_ci_low,"
            "top1_ci_high,energy_j,energy_rel,weight_sram_energy_j,weight_sram_energy_rel,"
            "weight_sram_share,latency_s,cycles,stall_cycles,cosim_images,"
            "top5,top5_ci_low,top5_ci_high,reconstruction_mse,reconstruction_mse_ci_low,"
            "reconstruction_mse_ci_high,auc,auc_ci_low,auc_ci_high,"
            "ber_asked,reference,images_lost,images_gained,rerr,rerr_ci_low,rerr_ci_high,"
            "logic_energy_j,logic_energy_rel,activation_sram_energy_j,activation_sram_energy_rel,"
            "accumulator_energy_j,accumulator_energy_rel,dram_energy_j,dram_energy_rel");
}

TEST(PointColumns, EnergiesOfTheOtherRailsStandLastWithTheirRatios) {
  PointResult point = point_at();
  point.energy[energy::Rail::kLogic] = 3;
  point.error_free_energy[energy::Rail::kLogic] = 4;
  point.energy[energy::Rail::kDram] = 2;
  point.error_free_energy[energy::Rail::kDram] = 1;
  EXPECT_TRUE(point_row(point).ends_with(",3,0.75,0,,0,,2,2"));  // of nothing there is no ratio
}

TEST(PointColumns, OtherMemoriesHaveTheirsBehindThoseOfTheFirstFormat) {
  const std::string header = points_header();
  const std::size_t later = header.find(",top5");
  EXPECT_EQ(points_header({.memories = true}),
            header.substr(0, later) +
                ",rail,weight_sram_voltage,weight_sram_ber,activation_sram_voltage,"
                "activation_sram_ber,accumulator_voltage,accumulator_ber" +
                header.substr(later));
  PointResult point = point_at("0.9", 0.25);
  const std::string plain = point_row(point);
  // Nine metrics, rate, reference, lost, gained and RErr; then four rails that take nothing.
  const std::string end = ",,,,,,,,,,,0,,,,,,0,,0,,0,,0,";
  ASSERT_TRUE(plain.ends_with(",0" + end));
  point.memories.push_back(memory_at(hardware::OnChipMemory::kAccumulator, "0.8", 0.5));
  point.columns.memories = true;
  EXPECT_EQ(point_row(point),
            plain.substr(0, plain.size() - end.size()) + ",weight_sram,0.9,0.25,,,0.8,0.5" + end);
}

TEST(PointColumns, ASupplyOfSeveralMemoriesHasItsEnergyBehindThoseOfEveryPoint) {
  PointResult point = point_at();
  point.columns = {.memories = true, .supply_energy = true};
  point.supply_energy = {.joules = 1e-9, .relative = 0.75};
  const std::string plain = points_header({.memories = true});
  const std::size_t later = plain.find(",rerr");
  EXPECT_EQ(points_header(point.columns),
            plain.substr(0, later) + ",supply_energy_j,supply_energy_rel" + plain.substr(later));
  EXPECT_TRUE(point_row(point).ends_with(",1e-09,0.75,,,,0,,0,,0,,0,"));
}

}  // namespace
}  // namespace brownout::experiment

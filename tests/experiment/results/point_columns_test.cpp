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
            "ber_asked,reference,images_lost,images_gained,rerr,rerr_ci_low,rerr_ci_high");
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
  const std::string end = ",,,,,,,,,,,0,,,,,";  // nine metrics, rate, reference, lost, gained, RErr
  ASSERT_TRUE(plain.ends_with(",0" + end));
  point.memories.push_back(memory_at(hardware::OnChipMemory::kAccumulator, "0.8", 0.5));
  point.columns.memories = true;
  EXPECT_EQ(point_row(point),
            plain.substr(0, plain.size() - end.size()) + ",weight_sram,0.9,0.25,,,0.8,0.5" + end);
}

TEST(PointColumns, ASupplyOfSeveralMemoriesHasItsEnergyBeforeTheRobustError) {
  const std::string robust = ",rerr,rerr_ci_low,rerr_ci_high";
  PointResult point = point_at();
  point.columns = {.memories = true, .supply_energy = true};
  point.supply_energy = {.joules = 1e-9, .relative = 0.75};
  std::string header = points_header({.memories = true});
  header.insert(header.size() - robust.size(), ",supply_energy_j,supply_energy_rel");
  EXPECT_EQ(points_header(point.columns), header);
  EXPECT_TRUE(point_row(point).ends_with(",1e-09,0.75,,,"));
}

}  // namespace
}  // namespace brownout::experiment

// CPU quotas, read from files that stand like those of the kernel.
#include "sim/cli/usable_cpus.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <fstream>
#include <map>

namespace brownout::cli {
namespace {

using Files = std::map<std::string, std::string>;

// What a process is granted that is a member of `groups`.
std::optional<int> quota(const std::string& groups, const Files& files) {
  const std::filesystem::path root = std::filesystem::path(testing::TempDir()) /
                                     testing::UnitTest::GetInstance()->current_test_info()->name();
  std::filesystem::remove_all(root);
  std::filesystem::create_directories(root);
  std::ofstream(root / "membership") << groups;
  for (const auto& [name, text] : files) {
    std::filesystem::create_directories((root / name).parent_path());
    std::ofstream(root / name) << text;
  }
  return quota_cpus(root / "membership", root);
}

TEST(UsableCpus, Version2QuotasAreWholeCpusRoundedUp) {
  EXPECT_EQ(quota("0::/job\n", {{"job/cpu.max", "200000 100000\n"}}), 2);
  EXPECT_EQ(quota("0::/job\n", {{"job/cpu.max", "150000 100000\n"}}), 2);
  EXPECT_EQ(quota("0::/job\n", {{"job/cpu.max", "1000 100000\n"}}), 1);
}

TEST(UsableCpus, NoQuotaIsNone) {
  EXPECT_EQ(quota("0::/job\n", {{"job/cpu.max", "max 100000\n"}}), std::nullopt);
  EXPECT_EQ(
      quota("1:cpu:/\n", {{"cpu/cpu.cfs_quota_us", "-1\n"}, {"cpu/cpu.cfs_period_us", "100000\n"}}),
      std::nullopt);
  EXPECT_EQ(quota("0::/job\n", {}), std::nullopt);
  EXPECT_EQ(quota("not a group\n", {{"cpu.max", "100000 100000\n"}}), std::nullopt);
  EXPECT_EQ(quota("0::/job\n", {{"job/cpu.max", "0 0\n"}}), std::nullopt);
}

TEST(UsableCpus, AGroupHasNoMoreThanThoseAboveIt) {
  EXPECT_EQ(
      quota("0::/a/b\n", {{"a/b/cpu.max", "800000 100000\n"}, {"a/cpu.max", "300000 100000\n"}}),
      3);
  EXPECT_EQ(quota("0::/a/b\n", {{"cpu.max", "500000 100000\n"}}), 5);
}

TEST(UsableCpus, Version1StandsBelowTheNamesOfItsControllers) {
  EXPECT_EQ(quota("5:cpuset:/x\n4:cpu,cpuacct:/docker/1\n",
                  {{"cpu,cpuacct/cpu.cfs_quota_us", "400000\n"},
                   {"cpu,cpuacct/cpu.cfs_period_us", "100000\n"},
                   {"cpuset/x/cpu.max", "100000 100000\n"}}),
            4);
}

TEST(UsableCpus, TheAffinityMaskLimitsThem) {
  cpu_set_t before, one;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  }
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(usable_cpus(), 1);
  ::sched_setaffinity(0, sizeof before, &before);
  EXPECT_LE(usable_cpus(), CPU_COUNT(&before));
}

}  // namespace
}  // namespace brownout::cli

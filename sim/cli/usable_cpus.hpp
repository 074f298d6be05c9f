// How many CPUs this process may use: fewer than the machine has under taskset, in a container, or
// as a job of a cluster.
#pragma once

#include <filesystem>
#include <optional>

namespace brownout::cli {

/// The lesser of the affinity mask and the CPU quota; at least 1.
int usable_cpus();

/// What the control groups grant, rounded up to whole CPUs; nothing where no group has a quota.
/// `membership` is a file like /proc/self/cgroup; their files stand below `mount`. Reads version 1
/// (cpu.cfs_quota_us) and 2 (cpu.max); a group has no more than those above it.
std::optional<int> quota_cpus(const std::filesystem::path& membership,
                              const std::filesystem::path& mount);

}  // namespace brownout::cli

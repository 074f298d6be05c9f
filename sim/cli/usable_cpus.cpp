// Whatever is missing or unreadable is no quota.
#include "sim/cli/usable_cpus.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

#include "memory/base/text_number.hpp"

namespace brownout::cli {
namespace {

using std::filesystem::path;

std::string first_word(std::istream& stream) {
  std::string word;
  stream >> word;
  return word;
}

// Microseconds of CPU in each period; "max" (version 2) and -1 (version 1) are no quota.
std::optional<double> cpus_of(const std::string& quota, const std::string& period) {
  const auto microseconds = parse_unsigned(quota);
  const auto of = parse_unsigned(period);
  if (!microseconds || !of || *microseconds == 0 || *of == 0) return {};
  return static_cast<double>(*microseconds) / static_cast<double>(*of);
}

std::optional<double> quota_of_group(const path& group) {
  if (std::ifstream both(group / "cpu.max"); both) {
    const std::string quota = first_word(both);
    return cpus_of(quota, first_word(both));
  }
  std::ifstream quota(group / "cpu.cfs_quota_us"), period(group / "cpu.cfs_period_us");
  return cpus_of(first_word(quota), first_word(period));
}

// The groups from `name` up to the root of the hierarchy. In a container `name` may be the host's
// and not there: its root is then the container's own group.
std::optional<double> quota_up_from(const path& hierarchy, const std::string& name) {
  std::optional<double> least;
  for (path group = path(name).relative_path();; group = group.parent_path()) {
    const auto quota = quota_of_group(hierarchy / group);
    if (quota) least = std::min(least.value_or(*quota), *quota);
    if (group.empty()) return least;
  }
}

bool lists_cpu(const std::string& controllers) {
  return ("," + controllers + ",").find(",cpu,") != std::string::npos;
}

int affinity_cpus() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
  return static_cast<int>(std::thread::hardware_concurrency());  // more than the set can hold
}

}  // namespace

std::optional<int> quota_cpus(const path& membership, const path& mount) {
  std::optional<double> least;
  std::ifstream lines(membership);
  for (std::string line; std::getline(lines, line);) {  // "4:cpu,cpuacct:/a/b"; version 2: "0::/a"
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && !lists_cpu(controllers)) continue;
    const auto quota = quota_up_from(mount / controllers, line.substr(second + 1));
    if (quota) least = std::min(least.value_or(*quota), *quota);
  }
  if (!least) return {};
  return static_cast<int>(std::clamp(std::ceil(*least), 1.0, 1e6));
}

int usable_cpus() {
  const int cpus = std::max(affinity_cpus(), 1);
  return std::min(cpus, quota_cpus("/proc/self/cgroup", "/sys/fs/cgroup").value_or(cpus));
}

}  // namespace brownout::cli

// A session of a shipped workload with settings.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "sim/experiment/session/session.hpp"

namespace brownout::experiment {

inline const std::filesystem::path kRoot = BROWNOUT_SOURCE_DIR;

inline Session session_of(const std::string& workload, std::vector<std::string> set) {
  config::Overrides overrides;
  overrides.set = std::move(set);
  return Session(config::load_workload(kRoot / "workloads" / workload, overrides));
}

}  // namespace brownout::experiment

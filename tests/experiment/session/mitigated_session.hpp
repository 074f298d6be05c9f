// A session of a shipped workload with mitigations and settings, on a few images.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/experiment/session/session.hpp"

namespace brownout::experiment {

inline Session mitigated_session(const std::string& mitigations, std::vector<std::string> set = {},
                                 const std::string& workload = "mnist_cnn") {
  config::Overrides overrides;
  overrides.mitigate = mitigations;
  overrides.set = std::move(set);
  overrides.set.emplace_back("run.images=4");
  const auto file = std::filesystem::path(BROWNOUT_SOURCE_DIR) / "workloads" / (workload + ".yaml");
  return Session(config::load_workload(file, overrides));
}

}  // namespace brownout::experiment

#include "sim/experiment/runner/cosim_policy.hpp"

#include <stdexcept>

#include "memory/base/input_error.hpp"

namespace brownout::experiment {

CosimPolicy parse_cosim_policy(std::string_view name) {
  if (name == "none") return CosimPolicy::kNone;
  if (name == "one") return CosimPolicy::kOne;
  if (name == "all") return CosimPolicy::kAll;
  throw InputError("'" + std::string(name) + "' is not one of none, one, all");
}

std::string to_string(CosimPolicy policy) {
  switch (policy) {
    case CosimPolicy::kNone:
      return "none";
    case CosimPolicy::kOne:
      return "one";
    case CosimPolicy::kAll:
      return "all";
  }
  throw std::logic_error("unknown co-simulation policy");
}

int cosim_images(CosimPolicy policy, std::uint64_t chip, std::uint64_t chips, std::uint64_t key) {
  const bool chosen =
      policy == CosimPolicy::kAll || (policy == CosimPolicy::kOne && chip == key % chips);
  return chosen ? 1 : 0;
}

}  // namespace brownout::experiment

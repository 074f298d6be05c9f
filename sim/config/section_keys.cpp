#include "sim/config/section_keys.hpp"

#include <limits>

namespace brownout::config {
namespace {

using hardware::Key;

constexpr int kNoLimit = std::numeric_limits<int>::max();

}  // namespace

std::vector<Key> keys_of(RunConfig& run) {
  return {Key{"batch", &run.batch, {1, 100000}},  //
          Key{"seed", &run.seed},
          Key{.name = "images", .slot = &run.images, .limits = {1, kNoLimit}, .unset = "all"}};
}

}  // namespace brownout::config

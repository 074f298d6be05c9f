// The keys below `accelerator`.
#pragma once

#include <vector>

#include "sim/hardware/accelerator_spec.hpp"
#include "sim/hardware/key.hpp"

namespace brownout::hardware {

/// In the order of listings. They point into `spec`.
std::vector<Key> accelerator_keys(AcceleratorSpec& spec);

}  // namespace brownout::hardware

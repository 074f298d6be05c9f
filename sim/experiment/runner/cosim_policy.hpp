// Which points of many also run on the SystemC machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace brownout::experiment {

/// Of the chips that share all but their number: none, one that is chosen by a hash, or all.
enum class CosimPolicy { kNone, kOne, kAll };

/// Throws InputError that lists the policies.
CosimPolicy parse_cosim_policy(std::string_view name);
std::string to_string(CosimPolicy policy);

/// Images of `chip` that the machine runs: 0 or 1. `key` is what the chips share.
int cosim_images(CosimPolicy policy, std::uint64_t chip, std::uint64_t chips, std::uint64_t key);

}  // namespace brownout::experiment

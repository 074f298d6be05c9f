// The cheapest way to give every row of a table of costs a column of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace brownout::storage {

/// By row, its column: all different, of the least sum of costs there is (the Hungarian method:
/// Kuhn 1955, with potentials and shortest augmenting paths). `costs`: at least as many columns as
/// rows, all rows as long.
std::vector<std::uint32_t> cheapest_assignment(const std::vector<std::vector<std::int64_t>>& costs);

}  // namespace brownout::storage

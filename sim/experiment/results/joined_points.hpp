// The points.csv of several sweeps as one: what tells them apart first, then the columns that any
// of them has; a field is empty where its sweep has no such column.
#pragma once

#include <string>
#include <vector>

namespace brownout::experiment {

struct JoinedPart {
  std::vector<std::string> fields;  ///< that go before each of its rows
  std::string points;               ///< its points.csv
};

/// `keys`: names of the fields. Columns stand in the order of point_columns(). Throws InputError
/// for a row that does not fit its header.
std::string joined_points(const std::vector<std::string>& keys,
                          const std::vector<JoinedPart>& parts);

}  // namespace brownout::experiment

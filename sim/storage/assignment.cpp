#include "sim/storage/assignment.hpp"

#include <limits>

namespace brownout::storage {
namespace {

constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max() / 4;

/// Adds row after row by the cheapest path of exchanges. Row 0 and column 0 stand for none.
class Assignment {
 public:
  explicit Assignment(const std::vector<std::vector<std::int64_t>>& costs)
      : costs_(costs),
        columns_(costs.empty() ? 0 : costs.front().size()),
        of_row_(costs.size() + 1),
        of_column_(columns_ + 1),
        row_in_(columns_ + 1) {}

  void add(std::size_t row) {
    std::vector<std::int64_t> distance(columns_ + 1, kFar);
    std::vector<std::size_t> from(columns_ + 1);
    std::vector<bool> done(columns_ + 1);
    row_in_[0] = row;
    std::size_t at = 0;
    while (row_in_[at] != 0) {
      done[at] = true;
      const std::size_t next = nearest(at, done, distance, from);
      const std::int64_t step = distance[next];
      for (std::size_t column = 0; column <= columns_; ++column) {
        if (done[column]) {
          of_row_[row_in_[column]] += step;
          of_column_[column] -= step;
        } else {
          distance[column] -= step;
        }
      }
      at = next;
    }
    for (; at != 0; at = from[at]) row_in_[at] = row_in_[from[at]];
  }

  std::vector<std::uint32_t> columns() const {
    std::vector<std::uint32_t> columns(costs_.size());
    for (std::size_t column = 1; column <= columns_; ++column) {
      if (row_in_[column] == 0) continue;
      columns[row_in_[column] - 1] = static_cast<std::uint32_t>(column - 1);
    }
    return columns;
  }

 private:
  /// The column that is reached next; of equals the first.
  std::size_t nearest(std::size_t at, const std::vector<bool>& done,
                      std::vector<std::int64_t>& distance, std::vector<std::size_t>& from) const {
    const std::size_t row = row_in_[at];
    std::size_t next = 0;
    for (std::size_t column = 1; column <= columns_; ++column) {
      if (done[column]) continue;
      const std::int64_t reduced = costs_[row - 1][column - 1] - of_row_[row] - of_column_[column];
      if (reduced < distance[column]) {
        distance[column] = reduced;
        from[column] = at;
      }
      if (next == 0 || distance[column] < distance[next]) next = column;
    }
    return next;
  }

  const std::vector<std::vector<std::int64_t>>& costs_;
  std::size_t columns_;
  std::vector<std::int64_t> of_row_, of_column_;  // potentials
  std::vector<std::size_t> row_in_;               // of a column; 0: none
};

}  // namespace

std::vector<std::uint32_t> cheapest_assignment(
    const std::vector<std::vector<std::int64_t>>& costs) {
  Assignment assignment(costs);
  for (std::size_t row = 1; row <= costs.size(); ++row) assignment.add(row);
  return assignment.columns();
}

}  // namespace brownout::storage

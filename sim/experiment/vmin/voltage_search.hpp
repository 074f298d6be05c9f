// The search for the lowest voltage of a grid at which no more than so many chips fail: which chips
// are to be judged at which voltage next. Knows no network; of its answers alone, in rounds.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace brownout::experiment {

/// Voltages are numbers, the highest is 0. A voltage is refused at the first failure too many, and
/// accepted when all chips are judged at it. The yield is taken to fall with the voltage, but only
/// for what is left out: the voltage that is found is accepted, the next one refused.
class VoltageSearch {
 public:
  struct Task {
    std::size_t voltage = 0;
    std::uint64_t chip = 0;
    auto operator<=>(const Task&) const = default;
  };
  struct Tally {
    std::uint64_t judged = 0, failed = 0;
  };

  /// Of at least one voltage and chip.
  VoltageSearch(std::size_t voltages, std::uint64_t chips, std::uint64_t allowed_failures);

  /// The next round, which depends on the verdicts of those before it and not on their order;
  /// nothing when the search is over. All of a round are to be added before the next.
  std::vector<Task> next_round() const;
  void add(const Task& task, bool pass);

  Tally at(std::size_t voltage) const;
  /// At all voltages.
  std::uint64_t judged() const;
  /// After the last round: the lowest voltage that is accepted; nothing where the highest is
  /// refused.
  std::optional<std::size_t> lowest_accepted() const;

 private:
  bool refused(std::size_t voltage) const { return at(voltage).failed > allowed_; }
  std::size_t first_refused() const;
  std::vector<Task> round_at(std::size_t voltage) const;

  std::uint64_t chips_, allowed_;
  std::vector<std::map<std::uint64_t, bool>> passes_;  // by voltage, then chip
};

}  // namespace brownout::experiment

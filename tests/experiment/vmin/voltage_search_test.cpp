// The search alone, on chips that are made up.
#include "sim/experiment/vmin/voltage_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <set>

#include "sim/experiment/results/tolerance.hpp"

namespace brownout::experiment {
namespace {

using Task = VoltageSearch::Task;
using Chips = std::function<bool(const Task&)>;  // whether one passes

struct Searched {
  std::optional<std::size_t> voltage;
  std::set<Task> tasks;
  VoltageSearch search;
};

Searched search(VoltageSearch search, const Chips& passes, std::mt19937_64* order = nullptr) {
  std::set<Task> tasks;
  for (std::vector<Task> round; !(round = search.next_round()).empty();) {
    if (order != nullptr) std::shuffle(round.begin(), round.end(), *order);
    for (const Task& task : round) {
      search.add(task, passes(task));
      tasks.insert(task);
    }
  }
  return {search.lowest_accepted(), tasks, search};
}

/// Of each chip the first voltage at which it fails, and at all later ones.
Chips failing_from(const std::vector<std::size_t>& first) {
  return [first](const Task& task) { return task.voltage < first[task.chip]; };
}

/// By looking at all chips at all voltages, from the highest down.
std::optional<std::size_t> brute_force(std::size_t voltages, std::uint64_t chips,
                                       std::uint64_t allowed, const Chips& passes) {
  std::optional<std::size_t> lowest;
  for (std::size_t voltage = 0; voltage < voltages; ++voltage) {
    std::uint64_t failed = 0;
    for (std::uint64_t chip = 0; chip < chips; ++chip) failed += passes({voltage, chip}) ? 0 : 1;
    if (failed > allowed) break;
    lowest = voltage;
  }
  return lowest;
}

std::vector<std::size_t> drawn(std::uint64_t chips, std::size_t voltages, std::mt19937_64& random) {
  // Around a voltage of the ensemble, so that all chips may fail at the highest, or none anywhere.
  const auto centre =
      std::uniform_real_distribution<double>(-1, static_cast<double>(voltages) + 1)(random);
  std::normal_distribution<double> place(centre, 1.5);
  std::vector<std::size_t> first;
  for (std::uint64_t chip = 0; chip < chips; ++chip) {
    first.push_back(static_cast<std::size_t>(
        std::clamp(std::round(place(random)), 0.0, static_cast<double>(voltages))));
  }
  return first;
}

TEST(VoltageSearch, FindsWhatEveryChipAtEveryVoltageSays) {
  std::mt19937_64 random(1);
  for (std::size_t voltages = 1; voltages <= 20; ++voltages) {
    for (const std::uint64_t chips : {1u, 2u, 7u, 8u, 9u, 30u, 59u, 93u}) {
      for (std::uint64_t allowed = 0; allowed < std::min<std::uint64_t>(chips, 5); ++allowed) {
        const Chips passes = failing_from(drawn(chips, voltages, random));
        EXPECT_EQ(search({voltages, chips, allowed}, passes).voltage,
                  brute_force(voltages, chips, allowed, passes))
            << voltages << " voltages, " << chips << " chips, " << allowed << " may fail";
      }
    }
  }
}

// Of chips that may pass below a failure, too: what is reported rests on no order of the voltages.
TEST(VoltageSearch, TheVoltageIsAcceptedByAllChipsAndTheNextRefused) {
  std::mt19937_64 random(2);
  for (int repeat = 0; repeat < 500; ++repeat) {
    constexpr std::size_t kVoltages = 12;
    std::vector<bool> verdicts;
    for (std::size_t i = 0; i < kVoltages * 59; ++i) {
      const double share = 1.2 - 0.1 * static_cast<double>(i / 59);
      verdicts.push_back(std::uniform_real_distribution<double>(0, 1)(random) < share);
    }
    const Searched found = search({kVoltages, 59, 2}, [&](const Task& task) {
      return verdicts[task.voltage * 59 + task.chip];
    });
    const std::size_t next = found.voltage ? *found.voltage + 1 : 0;
    if (found.voltage) {
      EXPECT_EQ(found.search.at(*found.voltage).judged, 59);
      EXPECT_LE(found.search.at(*found.voltage).failed, 2);
    }
    if (next < kVoltages) {
      EXPECT_GT(found.search.at(next).failed, 2);
    }
  }
}

TEST(VoltageSearch, TheOrderWithinARoundChangesNothing) {
  std::mt19937_64 random(3);
  for (int repeat = 0; repeat < 100; ++repeat) {
    const Chips passes = failing_from(drawn(93, 15, random));
    const Searched first = search({15, 93, 1}, passes);
    const Searched second = search({15, 93, 1}, passes, &random);
    EXPECT_EQ(first.voltage, second.voltage);
    EXPECT_EQ(first.tasks, second.tasks);
  }
}

TEST(VoltageSearch, JudgesAFractionOfTheGrid) {
  std::mt19937_64 random(4);
  double judged = 0;
  constexpr int kRepeats = 200;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const Chips passes = failing_from(drawn(59, 20, random));
    judged += static_cast<double>(search({20, 59, 0}, passes).tasks.size());
  }
  EXPECT_LT(judged / kRepeats, 0.15 * 20 * 59);
}

// Dies of a known yield at each voltage, just too low at `unsafe`: found there or below in at most
// 5 % of all ensembles, and four standard deviations of that estimate.
TEST(VoltageSearch, AVoltageIsUnsafeNoMoreOftenThanTheConfidenceLeaves) {
  const std::vector<double> yields = {1, 0.995, 0.97, 0.949, 0.8, 0.3, 0};
  constexpr std::size_t kUnsafe = 3;
  constexpr int kEnsembles = 2000;
  std::mt19937_64 random(5);
  for (const std::int64_t chips : {59, 93, 181}) {
    const auto allowed = static_cast<std::uint64_t>(allowed_failures({}, chips).value());
    int unsafe = 0;
    for (int ensemble = 0; ensemble < kEnsembles; ++ensemble) {
      std::vector<std::size_t> first;
      for (std::int64_t chip = 0; chip < chips; ++chip) {
        const double place = std::uniform_real_distribution<double>(0, 1)(random);
        first.push_back(static_cast<std::size_t>(
            std::count_if(yields.begin(), yields.end(), [&](double y) { return place < y; })));
      }
      const Searched found =
          search({yields.size(), static_cast<std::uint64_t>(chips), allowed}, failing_from(first));
      unsafe += found.voltage && *found.voltage >= kUnsafe ? 1 : 0;
    }
    const double share = static_cast<double>(unsafe) / kEnsembles;
    EXPECT_LE(share, 0.05 + 4 * std::sqrt(0.05 * 0.95 / kEnsembles));
    EXPECT_GT(share, 0.02);  // else it would be confident beyond what was asked
  }
}

}  // namespace
}  // namespace brownout::experiment

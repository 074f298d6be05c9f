#include "memory/fit/fit_goodness.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>

#include "memory/chip_draws.hpp"
#include "memory/generators/vmin_generator.hpp"

namespace brownout::memory {
namespace {

// Faults of the faulty bitlines of a chip at one voltage, in any order.
using BitlineFaults = std::vector<std::uint32_t>;

std::optional<double> value_of(const FitMeasure& measure, const BitlineFaults& bitlines) {
  double faults = 0, there = 0;
  for (const std::uint32_t count : bitlines) {
    faults += count;
    if (count >= measure.least) there += count;
  }
  switch (measure.kind) {
    case FitMeasure::Kind::kFaults:
      return faults;
    case FitMeasure::Kind::kFaultyBitlines:
      return static_cast<double>(bitlines.size());
    case FitMeasure::Kind::kShare:
      if (faults == 0) return {};
      return there / faults;
  }
  throw std::logic_error("a measure of no kind");
}

BitlineFaults bitlines_at(const FitData& data, Voltage voltage) {
  BitlineFaults result;
  for (const BitlineGroup& group : data.groups) {
    std::uint32_t faults = 0;
    for (std::size_t j = 0; j < data.voltages.size(); ++j) {
      if (data.voltages[j] >= voltage) faults += group.cells[j];
    }
    if (faults > 0) result.insert(result.end(), group.bitlines, faults);
  }
  return result;
}

// A profile that covers the voltages and says nothing else.
std::shared_ptr<const VoltageProfile> covering(const std::vector<Voltage>& voltages) {
  VoltageProfileData profile;
  profile.name = "map fit";
  profile.source = "the voltages of the map";
  const Voltage lowest = voltages.back();
  const Voltage above = Voltage::from_micro(voltages.front().micro() + 1);
  profile.error_free_voltage = Voltage::from_micro(above.micro() + 1);
  profile.reference_voltage = profile.error_free_voltage;
  profile.rows = {{lowest, 0.5, {}, {}}, {above, 0.25, {}, {}}};
  return std::make_shared<const VoltageProfile>(std::move(profile));
}

std::vector<MeasureValues> simulate(const FitData& data, const VminFit& fit,
                                    const std::vector<FitMeasure>& measures, int chips,
                                    std::uint64_t seed) {
  VminTerms terms;
  terms.mu = fit.estimate.mu;
  terms.sigma_bitline = fit.estimate.sigma_bitline;
  terms.sigma_cell = fit.estimate.sigma_cell;
  terms.sigma_row = fit.estimate.sigma_row;
  terms.bitlines = data.layout;
  const auto profile = covering(data.voltages);
  std::vector<MeasureValues> result;
  for (std::uint64_t chip = 0; chip < static_cast<std::uint64_t>(chips); ++chip) {
    const VminFaultMap map(fit.generator, data.geometry, profile, terms, {}, chip_seed(seed, chip));
    const FaultMapHeader header{data.geometry, "", data.voltages.back(), ""};
    const SparseFaultMap measured(header, map.faults());
    result.push_back(values(fit_data(measured, data.layout, data.voltages), measures));
  }
  return result;
}

// The chips' values of one measure, but for one chip.
std::vector<double> values_of_others(const std::vector<MeasureValues>& chips, std::size_t measure,
                                     std::optional<std::size_t> left_out) {
  std::vector<double> found;
  for (std::size_t chip = 0; chip < chips.size(); ++chip) {
    if (chip != left_out && chips[chip][measure]) found.push_back(*chips[chip][measure]);
  }
  return found;
}

double mean_of(const std::vector<double>& found) {
  double sum = 0;
  for (const double value : found) sum += value;
  return sum / static_cast<double>(found.size());
}

// (value - mean)^2 / variance over the others; 0 where they do not say.
double squared_deviation(double value, const std::vector<double>& others) {
  if (others.size() < 2) return 0;
  const double mean = mean_of(others);
  double squares = 0;
  for (const double other : others) squares += (other - mean) * (other - mean);
  if (squares == 0) return 0;
  return (value - mean) * (value - mean) * static_cast<double>(others.size() - 1) / squares;
}

double distance(const std::vector<FitMeasure>& measures, const MeasureValues& chip,
                const std::vector<MeasureValues>& chips, std::optional<std::size_t> left_out) {
  double sum = 0;
  for (std::size_t i = 0; i < measures.size(); ++i) {
    const bool is_share = measures[i].kind == FitMeasure::Kind::kShare;
    if (!chip[i] || (is_share && measures[i].voltage != measures.front().voltage)) continue;
    sum += squared_deviation(*chip[i], values_of_others(chips, i, left_out));
  }
  return sum;
}

// Linear between the order statistics.
double percentile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - std::floor(place));
}

}  // namespace

std::string to_string(const FitMeasure& measure) {
  switch (measure.kind) {
    case FitMeasure::Kind::kFaults:
      return "faults";
    case FitMeasure::Kind::kFaultyBitlines:
      return "faulty bitlines";
    case FitMeasure::Kind::kShare:
      return "share on bitlines with >= " + std::to_string(measure.least);
  }
  throw std::logic_error("a measure of no kind");
}

std::vector<FitMeasure> fit_measures(const FitData& data) {
  std::vector<FitMeasure> measures;
  for (auto voltage = data.voltages.rbegin(); voltage != data.voltages.rend(); ++voltage) {
    measures.push_back({*voltage, FitMeasure::Kind::kFaults, 0});
    measures.push_back({*voltage, FitMeasure::Kind::kFaultyBitlines, 0});
    for (const std::uint32_t least : {2U, 3U, 5U, 10U, 20U}) {
      measures.push_back({*voltage, FitMeasure::Kind::kShare, least});
    }
  }
  return measures;
}

MeasureValues values(const FitData& data, const std::vector<FitMeasure>& measures) {
  MeasureValues result;
  BitlineFaults bitlines;
  for (std::size_t i = 0; i < measures.size(); ++i) {
    if (i == 0 || measures[i].voltage != measures[i - 1].voltage) {
      bitlines = bitlines_at(data, measures[i].voltage);
    }
    result.push_back(value_of(measures[i], bitlines));
  }
  return result;
}

FitGoodness fit_goodness(const FitData& data, const VminFit& fit,
                         const std::vector<FitMeasure>& measures, int chips, std::uint64_t seed) {
  const std::vector<MeasureValues> simulated = simulate(data, fit, measures, chips, seed);
  FitGoodness goodness;
  for (std::size_t i = 0; i < measures.size(); ++i) {
    std::vector<double> found = values_of_others(simulated, i, {});
    std::sort(found.begin(), found.end());
    goodness.simulated.emplace_back();
    if (found.empty()) continue;
    goodness.simulated.back() = {mean_of(found), percentile(found, 0.05), percentile(found, 0.95)};
  }
  const double measured = distance(measures, values(data, measures), simulated, {});
  int as_far = 1;
  for (std::size_t chip = 0; chip < simulated.size(); ++chip) {
    as_far += distance(measures, simulated[chip], simulated, chip) >= measured;
  }
  goodness.p_value = static_cast<double>(as_far) / static_cast<double>(chips + 1);
  return goodness;
}

}  // namespace brownout::memory

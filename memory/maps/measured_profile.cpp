#include "memory/maps/measured_profile.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/maps/map_statistics.hpp"

namespace brownout::memory {
namespace {

MeasuredRate rate_at(const std::vector<SparseFaultMap>& maps, Voltage voltage,
                     std::uint64_t cells) {
  MeasuredRate rate{.voltage = voltage};
  for (const SparseFaultMap& map : maps) {
    const std::uint64_t failing = faults_at(map, voltage).total() - defect_count(map);
    rate.fewest = &map == &maps.front() ? failing : std::min(rate.fewest, failing);
    rate.most = std::max(rate.most, failing);
    rate.failing += failing;
  }
  rate.ber = static_cast<double>(rate.failing) / static_cast<double>(cells);
  return rate;
}

// The highest voltage at which a cell of any die fails, defects aside.
Voltage highest_fault(const std::vector<SparseFaultMap>& maps) {
  Voltage highest;
  for (const SparseFaultMap& map : maps) {
    for (const Fault& fault : map.faults()) {
      if (!fault.vfail.is_infinite()) highest = std::max(highest, fault.vfail);
    }
  }
  return highest;
}

void choose_rows(std::vector<MeasuredRate>& rates) {
  for (std::size_t i = 1; i < rates.size(); ++i) {
    rates[i].is_row = rates[i].failing != rates[i - 1].failing;
  }
  if (rates.empty() || rates.back().is_row) return;
  const auto same = std::find_if(rates.begin(), rates.end(), [&](const MeasuredRate& rate) {
    return rate.failing == rates.back().failing;
  });
  same->is_row = false;
  rates.back().is_row = true;
}

}  // namespace

MeasuredProfile measured_profile(const std::vector<SparseFaultMap>& maps,
                                 std::vector<Voltage> voltages, std::optional<Voltage> error_free) {
  MeasuredProfile profile{.dies = maps.size(), .error_free = {}, .rates = {}};
  const std::string& unit = maps.front().header().unit;
  for (const SparseFaultMap& map : maps) {
    if (map.header().unit != unit) {
      throw InputError("maps of several units: " + unit + " and " + map.header().unit);
    }
    profile.cells += map.geometry().cells();
    profile.defects += defect_count(map);
  }
  if (error_free) voltages.push_back(*error_free);
  std::sort(voltages.begin(), voltages.end(), std::greater<>());
  voltages.erase(std::unique(voltages.begin(), voltages.end()), voltages.end());
  const Voltage highest = highest_fault(maps);
  const auto clean = std::find_if(voltages.rbegin(), voltages.rend(),
                                  [&](Voltage voltage) { return voltage > highest; });
  if (clean == voltages.rend()) {
    throw InputError("no voltage is known at which no cell fails: they fail up to " +
                     highest.text() + " " + unit);
  }
  profile.error_free = *clean;
  for (const Voltage voltage : voltages) {
    if (voltage < profile.error_free) {
      profile.rates.push_back(rate_at(maps, voltage, profile.cells));
    }
  }
  choose_rows(profile.rates);
  const auto rows = std::count_if(profile.rates.begin(), profile.rates.end(),
                                  [](const MeasuredRate& rate) { return rate.is_row; });
  if (rows < 2) {
    throw InputError("a profile needs two voltages with different numbers of faults; " +
                     std::to_string(rows) + " found");
  }
  return profile;
}

}  // namespace brownout::memory

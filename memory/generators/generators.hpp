// The fault generators by name, with their parameters: what configuration files, manifests and
// chips know of them. A new generator is its own file and one entry of the table.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "memory/generators/generated_cells.hpp"
#include "memory/voltage_profile.hpp"

namespace brownout::memory {

/// A number that a generator is given, in the profile's unit where it is a voltage.
struct GeneratorParameter {
  enum class When : std::uint8_t { kRequired, kZeroUnlessGiven, kOptional };
  enum class Range : std::uint8_t { kAny, kNotNegative, kPositive, kCount };

  std::string_view name;
  When when = When::kRequired;
  Range range = Range::kAny;

  /// Throws InputError that starts with the name: outside its range.
  void check(double value) const;
};

/// Values by parameter. Complete when each is there but optional ones that were not given.
using GeneratorValues = std::map<std::string, double, std::less<>>;

/// What every generator is told besides its parameters.
struct ChipRequest {
  SramGeometry geometry;
  std::shared_ptr<const VoltageProfile> profile;
  FaultMixture mixture;
  std::uint64_t chip_seed = 0;
};

struct Generator {
  std::string_view name;
  std::vector<GeneratorParameter> parameters;  ///< in the order of listings
  /// One chip; `values` are complete.
  std::unique_ptr<GeneratedFaultMap> (*make)(const ChipRequest& request,
                                             const GeneratorValues& values);
};

const std::vector<Generator>& generators();
/// `parameters` and those that tell what a bitline is, cells_per_bitline and interleaved_bitlines:
/// any chip has them whose bitlines have a polarity.
std::vector<GeneratorParameter> with_bitlines(std::vector<GeneratorParameter> parameters);
/// What these two say.
BitlineLayout bitline_layout(const GeneratorValues& values);
/// Throws InputError that lists the generators.
const Generator& find_generator(std::string_view name);

}  // namespace brownout::memory

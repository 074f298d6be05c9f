// The table of generators. Their names and parameters are those of configuration files.
#include "memory/generators/generators.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/generators/iid_generator.hpp"
#include "memory/generators/vmin_generator.hpp"

namespace brownout::memory {
namespace {

using When = GeneratorParameter::When;
using Range = GeneratorParameter::Range;

std::unique_ptr<GeneratedFaultMap> make_iid(const ChipRequest& request, const GeneratorValues&) {
  return std::make_unique<IidFaultMap>(request.geometry, request.profile, request.mixture,
                                       request.chip_seed);
}

std::unique_ptr<GeneratedFaultMap> make_vmin(const char* name, const ChipRequest& request,
                                             const VminTerms& terms) {
  return std::make_unique<VminFaultMap>(name, request.geometry, request.profile, terms,
                                        request.mixture, request.chip_seed);
}

std::optional<std::uint32_t> count(const GeneratorValues& values, std::string_view name) {
  const auto found = values.find(name);
  if (found == values.end()) return {};
  return static_cast<std::uint32_t>(found->second);
}

void read_clusters(const GeneratorValues& values, VminTerms& terms) {
  terms.sigma_cluster = values.at("sigma_cluster");
  terms.cluster_rows = count(values, "cluster_rows").value_or(terms.cluster_rows);
  terms.cluster_columns = count(values, "cluster_columns").value_or(terms.cluster_columns);
}

// Cells of one sigma, alike all over the chip; its bitlines may tell how they fail.
std::unique_ptr<GeneratedFaultMap> make_gaussian_vmin(const ChipRequest& request,
                                                      const GeneratorValues& values) {
  VminTerms terms;
  terms.mu = values.at("mu");
  terms.mu_shift = values.at("mu_shift");
  terms.sigma_die = values.at("sigma_die");
  terms.sigma_cell = values.at("sigma");
  terms.bitlines = request.mixture.polar_bitlines();
  read_clusters(values, terms);
  return make_vmin("gaussian_vmin", request, terms);
}

std::unique_ptr<GeneratedFaultMap> make_bitline_vmin(const ChipRequest& request,
                                                     const GeneratorValues& values) {
  VminTerms terms;
  terms.mu = values.at("mu");
  terms.mu_shift = values.at("mu_shift");
  terms.sigma_die = values.at("sigma_die");
  terms.sigma_bitline = values.at("sigma_bitline");
  terms.sigma_row = values.at("sigma_row");
  terms.sigma_cell = values.at("sigma_cell");
  terms.bitlines = bitline_layout(values);
  read_clusters(values, terms);
  return make_vmin("bitline_vmin", request, terms);
}

constexpr GeneratorParameter kMu{"mu", When::kRequired, Range::kAny};
constexpr GeneratorParameter kMuShift{"mu_shift", When::kZeroUnlessGiven, Range::kAny};
constexpr GeneratorParameter kSigmaDie{"sigma_die", When::kZeroUnlessGiven, Range::kNotNegative};
constexpr GeneratorParameter kSigmaCluster{"sigma_cluster", When::kZeroUnlessGiven,
                                           Range::kNotNegative};
constexpr GeneratorParameter kClusterRows{"cluster_rows", When::kOptional, Range::kCount};
constexpr GeneratorParameter kClusterColumns{"cluster_columns", When::kOptional, Range::kCount};
constexpr GeneratorParameter kCellsPerBitline{"cells_per_bitline", When::kOptional, Range::kCount};
constexpr GeneratorParameter kInterleaved{"interleaved_bitlines", When::kOptional, Range::kCount};

}  // namespace

const std::vector<Generator>& generators() {
  static const std::vector<Generator> table = {
      {"iid", {}, make_iid},
      {"gaussian_vmin",
       {kMu,
        {"sigma", When::kRequired, Range::kPositive},
        kSigmaCluster,
        kClusterRows,
        kClusterColumns,
        kSigmaDie,
        kMuShift},
       make_gaussian_vmin},
      {"bitline_vmin",
       {kMu,
        {"sigma_bitline", When::kRequired, Range::kNotNegative},
        {"sigma_cell", When::kRequired, Range::kPositive},
        kCellsPerBitline,
        kInterleaved,
        {"sigma_row", When::kZeroUnlessGiven, Range::kNotNegative},
        kSigmaCluster,
        kClusterRows,
        kClusterColumns,
        kSigmaDie,
        kMuShift},
       make_bitline_vmin},
  };
  return table;
}

std::vector<GeneratorParameter> with_bitlines(std::vector<GeneratorParameter> parameters) {
  for (const GeneratorParameter& one : {kCellsPerBitline, kInterleaved}) {
    const auto same = [&](const GeneratorParameter& other) { return other.name == one.name; };
    if (std::none_of(parameters.begin(), parameters.end(), same)) parameters.push_back(one);
  }
  return parameters;
}

BitlineLayout bitline_layout(const GeneratorValues& values) {
  return {.cells = count(values, "cells_per_bitline"),
          .interleave = count(values, "interleaved_bitlines").value_or(1)};
}

const Generator& find_generator(std::string_view name) {
  std::string names;
  for (const Generator& generator : generators()) {
    if (generator.name == name) return generator;
    names += (names.empty() ? "" : ", ") + std::string(generator.name);
  }
  throw InputError("'" + std::string(name) + "' is not one of " + names);
}

void GeneratorParameter::check(double value) const {
  const auto refuse = [&](const char* what) {
    throw InputError(std::string(name), format_double(value) + " is not " + what);
  };
  // A million units is far beyond any supply, and keeps every sum of the terms finite.
  if (range != Range::kCount && !(value >= -1e6 && value <= 1e6)) refuse("in -1e6..1e6");
  if (range == Range::kNotNegative && value < 0) refuse("0 or above");
  if (range == Range::kPositive && value <= 0) refuse("above 0");
  constexpr double kMost = std::numeric_limits<std::uint32_t>::max();
  if (range == Range::kCount && !(value >= 1 && value <= kMost && value == std::floor(value))) {
    refuse("an integer above 0");
  }
}

}  // namespace brownout::memory

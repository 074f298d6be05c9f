// A sweep with axes: for every combination of their values an ordinary sweep in a directory of its
// own, below one that tells of all of them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sim/config/axis.hpp"
#include "sim/experiment/sweep.hpp"

namespace brownout::experiment {

/// One combination.
struct Variant {
  std::vector<config::Setting> settings;  ///< of every axis one, in the same order
  config::WorkloadConfig config;          ///< with them and the grid
};

struct AxesOptions {
  std::filesystem::path out;
  int jobs = 1;
  CosimPolicy cosim = CosimPolicy::kOne;
  AskedTarget target = {};
  /// Of the points of all variants.
  std::function<void(std::size_t done, std::size_t total)> progress = {};
  /// Called when all points of a variant are done.
  std::function<void(const Variant&, const Session&, const SweepOutcome&)> finished = {};
};

struct AxesOutcome {
  std::size_t points = 0, resumed = 0;
  std::vector<std::string> failures;  ///< points that failed, with the variant and the reason
};

/// What the directory of each combination is called, below the one of all:
/// "memory.encoding=gray,accelerator=edge_32x32.yaml". Of a path the last name; what shells take
/// for their own becomes "_"; no two are the same.
std::vector<std::string> directory_names(
    const std::vector<std::vector<config::Setting>>& combinations);

/// Runs one variant after another and writes OUT/axes.json first, OUT/points.csv last: the rows of
/// all variants behind columns of the axes. Everything is validated before OUT is created. Throws
/// InputError as run_sweep does, when two variants are the same sweep, and when OUT holds
/// other axes. A failed point costs only itself; then there is no OUT/points.csv. Forks likewise.
AxesOutcome run_axes(const std::vector<Variant>& variants, const AxesOptions& options);

}  // namespace brownout::experiment

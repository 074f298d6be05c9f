// The safe voltage of a workload: the lowest of a grid at which, with a confidence, a share of the
// dies keeps the accuracy target. Judges chips by workers, journalled, resumable.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sim/experiment/session/session.hpp"
#include "sim/experiment/vmin/judgement.hpp"
#include "sim/experiment/vmin/safe_voltage.hpp"

namespace brownout::experiment {

/// Chance, at most, that any verdict of a search is not that of all images.
inline constexpr double kSearchError = 0.01;
/// It is shared by so many verdicts a chip, more than a search is likely to need; those that it
/// asks for beyond are exact.
inline constexpr std::uint64_t kVerdictsOfChip = 4;

struct VminOptions {
  std::filesystem::path out = {};
  int jobs = 1;
  bool cosimulate = true;  ///< one image of one chip at the safe voltage
  AccuracyTarget target = {};
  YieldClaim claim = {};
  /// Called after every judgement: at `voltage` so many of the chips are judged.
  std::function<void(const std::string& voltage, std::size_t judged, std::size_t chips)> progress =
      {};
};

struct VminOutcome {
  SafeVoltage answer = {};
  std::vector<Judgement> judgements = {};  ///< by falling voltage, then chip
  std::size_t kept = 0, resumed = 0;       ///< results in the journal, and those of an earlier run
  std::vector<std::string> failures = {};  ///< if there are any, there is no answer and no file
};

/// Of config.sweep: its voltages, its chips. Writes OUT/{v_safe.json, search.csv, manifest.json,
/// results.sqlite}. Everything is validated before OUT is created. Throws InputError where the
/// chips do not decide the claim, for a workload that is judged by no share, and as run_points
/// does. Forks: the calling process must not have run a point.
VminOutcome run_vmin(const Session& session, const VminOptions& options);

}  // namespace brownout::experiment

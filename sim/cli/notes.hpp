// Notes on standard error: results that stand, but that a user should look at twice.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "sim/experiment/results/point_summary.hpp"
#include "sim/experiment/results/results.hpp"
#include "sim/experiment/session/session.hpp"

namespace brownout::cli {

using Notes = std::vector<std::string>;

void append(Notes& notes, Notes more);

/// Those of the session, and of a point where nothing fails: an accuracy that is no better than
/// guessing, a voltage above the error-free one.
Notes run_notes(const experiment::Session& session, const experiment::PointResult& point);

/// The same of a sweep; `points` by falling voltage.
Notes sweep_notes(const experiment::Session& session,
                  const std::vector<experiment::PointSummary>& points);

/// Of bit error rates that --ber asked for: those below the profile's rows or below what it
/// resolves, and those that fall on the voltage of another.
Notes rate_notes(const std::vector<double>& rates, const memory::VoltageProfile& profile);

/// A line "note: ..." each; nothing with --quiet.
void print_notes(std::ostream& out, const Notes& notes, bool quiet);

}  // namespace brownout::cli

// A point between processes: what a worker runs and sends back, and what people read of it.
#pragma once

#include <string>

#include "sim/experiment/runner/journal.hpp"
#include "sim/experiment/session/session.hpp"

namespace brownout::experiment {

/// Runs the point; its rows as one text.
std::string run_to_text(Session& session, const Point& point);
PointRows rows_of(const std::string& text);

/// For messages: "0.85 Vmin, chip 3".
std::string describe(const Plan& plan, const Point& point);

}  // namespace brownout::experiment

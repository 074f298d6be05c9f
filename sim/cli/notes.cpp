#include "sim/cli/notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <ostream>

#include "memory/base/text_number.hpp"
#include "sim/cli/terminal_text.hpp"

namespace brownout::cli {
namespace {

using experiment::Metric;
using experiment::PointSummary;

void add(Notes& notes, std::string note) {
  if (!note.empty()) notes.push_back(std::move(note));
}

/// Voltages of another memory, or in another unit, stand above those at which this one fails.
std::string error_free_note(const experiment::Plan& plan, hardware::OnChipMemory memory,
                            const std::string& what) {
  const memory::VoltageProfileData& profile = plan.config.memory.find(memory)->profile->data();
  const bool ideal = std::all_of(profile.rows.begin(), profile.rows.end(),
                                 [](const auto& row) { return row.ber == 0; });
  if (ideal) return {};
  return what + ": the profile " + profile.name + " has no errors at " +
         profile.error_free_voltage.text() + " " + plan.unit(memory) + " and above";
}

}  // namespace

void append(Notes& notes, Notes more) {
  notes.insert(notes.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

Notes run_notes(const experiment::Session& session, const experiment::PointResult& point) {
  Notes notes = session.notes();
  const bool fails =
      std::any_of(point.memories.begin(), point.memories.end(),
                  [](const experiment::MemoryResult& memory) { return memory.ber > 0; });
  if (fails) return notes;
  const auto& top1 = point.score[Metric::kTop1];
  if (top1) add(notes, experiment::accuracy_note(session.plan(), session.images(), top1->value));
  const experiment::MemoryResult& weights = point.memories.front();
  if (weights.voltage > session.plan().error_free_voltage()) {
    add(notes, error_free_note(session.plan(), hardware::OnChipMemory::kWeightSram,
                               "nothing fails at " + weights.voltage.text() + " " + weights.unit));
  }
  return notes;
}

Notes sweep_notes(const experiment::Session& session, const std::vector<PointSummary>& points) {
  Notes notes = session.notes();
  const PointSummary& highest = points.front();
  const auto& top1 = highest.score[Metric::kTop1];
  if (top1 && highest.ber == 0 && session.plan().config.memory.memories.size() == 1) {
    add(notes, experiment::accuracy_note(session.plan(), session.images(), *top1));
  }
  const bool fails = std::any_of(points.begin(), points.end(),
                                 [](const PointSummary& point) { return point.ber > 0; });
  if (!fails && highest.voltage != points.back().voltage) {
    add(notes, error_free_note(session.plan(), session.plan().config.sweep.supply.memories.front(),
                               "nothing fails at any of these voltages"));
  }
  return notes;
}

Notes rate_notes(const std::vector<double>& rates, const memory::VoltageProfile& profile) {
  const memory::VoltageProfileData& data = profile.data();
  const memory::ProfileRow& highest = data.rows.front();
  const double least = profile.least_ber();
  Notes notes;
  std::map<memory::Voltage, double> first_at;
  for (const double rate : rates) {
    const std::string text = "a bit error rate of " + format_double(rate) + " is below ";
    const memory::Voltage voltage = profile.voltage_for_ber(rate);
    const std::string at = voltage.text() + " " + memory::to_string(data.unit);
    if (rate > 0 && rate < least) {
      notes.push_back(text + fmt::format("the lowest that the profile {} resolves, {:.3g}, which "
                                         "stands in, at {}",
                                         data.name, least, at));
      continue;
    }
    if (rate > 0 && rate < highest.ber) {
      notes.push_back(text + fmt::format("the rows of the profile {}, which end at {:.3g}: its "
                                         "voltage, {}, is extrapolated",
                                         data.name, highest.ber, at));
    }
    const auto [first, is_new] = first_at.try_emplace(voltage, rate);
    if (is_new || first->second == rate) continue;
    notes.push_back(fmt::format("the bit error rates {} and {} are one point, {}",
                                format_double(first->second), format_double(rate), at));
  }
  return notes;
}

void print_notes(std::ostream& out, const Notes& notes, bool quiet) {
  if (quiet) return;
  for (const std::string& note : notes) out << "note: " << one_line(note) << "\n";
}

}  // namespace brownout::cli

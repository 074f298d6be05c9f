#include "sim/experiment/compare/comparison.hpp"

#include <algorithm>
#include <utility>

#include "memory/base/input_error.hpp"
#include "sim/experiment/compare/pareto.hpp"

namespace brownout::experiment {
namespace {

void require_one_metric(const std::vector<FinishedSweep>& sweeps) {
  const FinishedSweep& first = sweeps.front();
  for (const FinishedSweep& sweep : sweeps) {
    if (sweep.metric() == first.metric()) continue;
    throw InputError("is judged by " + title(sweep.metric()) + ", " + first.directory.string() +
                     " by " + title(first.metric()))
        .within(sweep.directory.string());
  }
}

/// Voltages of `sweep` from the highest on that the claim, or all chips, hold at.
std::size_t steps_of(const ComparedSweep& sweep, const std::optional<YieldClaim>& claim) {
  if (!claim) return safe_steps(sweep.yields, 0);
  const auto chips = static_cast<std::int64_t>(sweep.yields.front().chips);
  require_decidable(*claim, chips);
  return safe_steps(sweep.yields,
                    static_cast<std::size_t>(allowed_failures(*claim, chips).value()));
}

std::size_t place_of(const ComparedSweep& sweep, memory::Voltage voltage) {
  std::string list;
  for (std::size_t i = 0; i < sweep.voltages.size(); ++i) {
    if (sweep.voltages[i].voltage == voltage) return i;
    list += (i == 0 ? "" : ", ") + sweep.voltages[i].voltage.text();
  }
  throw InputError("has no voltage " + voltage.text() + ", but " + list);
}

ComparedSweep judged(FinishedSweep sweep, const ComparisonRequest& request) {
  ComparedSweep compared;
  const Metric metric = sweep.metric();
  const AccuracyTarget target = target_for(request.target, metric);
  compared.voltages = summarize(sweep.points);
  if (is_share(metric)) {
    compared.mark = mark_of(target, metric, sweep.points.front().reference);
    compared.yields = yields(sweep.points, *compared.mark);
    const std::size_t steps = steps_of(compared, request.claim);
    if (steps > 0) compared.safe = steps - 1;
  } else if (!request.voltage) {
    throw InputError("the metric is " + title(metric) +
                     ", by which no chip passes: say with --voltage where to compare");
  }
  compared.at = request.voltage ? place_of(compared, *request.voltage) : compared.safe;
  compared.sweep = std::move(sweep);
  return compared;
}

/// More is better, whatever the metric.
double worth_of(Metric metric, double score) { return is_share(metric) ? score : -score; }

}  // namespace

std::vector<ComparedSweep> compare(std::vector<FinishedSweep> sweeps,
                                   const ComparisonRequest& request) {
  require_one_metric(sweeps);
  std::vector<ComparedSweep> compared;
  for (FinishedSweep& sweep : sweeps) {
    const std::string place = sweep.directory.string();
    try {
      compared.push_back(judged(std::move(sweep), request));
    } catch (const InputError& error) {
      throw error.within(place);
    }
  }
  return compared;
}

std::optional<double> relative_change(std::optional<double> first, std::optional<double> other) {
  if (!first || !other || *first == 0) return {};
  return *other / *first - 1;
}

std::vector<OperatingChoice> best_choices(const std::vector<ComparedSweep>& sweeps) {
  const Metric metric = sweeps.front().sweep.metric();
  std::vector<OperatingChoice> all;
  std::vector<CostAndWorth> points;
  for (std::size_t sweep = 0; sweep < sweeps.size(); ++sweep) {
    for (std::size_t i = 0; i < sweeps[sweep].voltages.size(); ++i) {
      const VoltageSummary& at = sweeps[sweep].voltages[i];
      const double score = at.score[metric].value().mean;
      all.push_back({sweep, i, at.energy_j, score});
      points.push_back({at.energy_j, worth_of(metric, score)});
    }
  }
  const std::vector<bool> on_front = pareto_front(points);
  std::vector<OperatingChoice> best;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (on_front[i]) best.push_back(all[i]);
  }
  std::stable_sort(best.begin(), best.end(), [](const auto& left, const auto& right) {
    return left.energy_j < right.energy_j;
  });
  return best;
}

std::vector<ComparedLayer> compare_layers(const std::vector<ComparedSweep>& sweeps) {
  std::vector<ComparedLayer> layers;
  for (std::size_t i = 0; i < sweeps.size(); ++i) {
    const ComparedSweep& sweep = sweeps[i];
    for (LayerSummary& own :
         read_layers(sweep.sweep, sweep.voltages[sweep.at.value_or(0)].voltage)) {
      auto found = std::find_if(layers.begin(), layers.end(), [&](const ComparedLayer& layer) {
        return layer.layer == own.layer;
      });
      if (found == layers.end()) {
        layers.push_back({own.layer, std::vector<std::optional<LayerSummary>>(sweeps.size())});
        found = layers.end() - 1;
      }
      found->in_sweeps[i] = std::move(own);
    }
  }
  return layers;
}

}  // namespace brownout::experiment

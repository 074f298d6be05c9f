#include "sim/experiment/vmin/vmin.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "sim/experiment/results/point_columns.hpp"
#include "sim/experiment/runner/manifest.hpp"
#include "sim/experiment/runner/point_text.hpp"
#include "sim/experiment/runner/results_directory.hpp"
#include "sim/experiment/runner/whole_file.hpp"
#include "sim/experiment/vmin/vmin_tasks.hpp"
#include "sim/experiment/vmin/vmin_worker.hpp"

namespace brownout::experiment {
namespace {

/// All faults, then their parts.
std::vector<FaultPart> parts_of(const Plan& plan, FaultDimension dimension) {
  std::vector<FaultPart> parts = split_faults(plan.network, plan.stored_weights(),
                                              plan.config.memory.scheme, plan.faults, {dimension});
  parts.erase(parts.begin());  // no faults at all
  return parts;
}

VminTasks tasks_of(const Plan& plan) {
  std::vector<memory::Voltage> voltages = plan.config.sweep.voltages;
  std::sort(voltages.rbegin(), voltages.rend());
  std::vector<FaultPart> parts = parts_of(plan, FaultDimension::kLayer);
  const std::vector<FaultPart> bits = parts_of(plan, FaultDimension::kBit);
  parts.insert(parts.end(), bits.begin() + 1, bits.end());  // behind all faults
  return {std::move(voltages), static_cast<std::uint64_t>(plan.config.sweep.chips),
          std::move(parts)};
}

std::string manifest_of(const Plan& plan, const VminOptions& options) {
  const AccuracyTarget& target = options.target;
  const std::string text = target.minimum ? "minimum: " + format_double(*target.minimum)
                                          : "max_drop: " + format_double(target.max_drop);
  return manifest_json(plan, options.cosimulate ? CosimPolicy::kOne : CosimPolicy::kNone,
                       {{"accuracy_target", text},
                        {"yield", format_double(options.claim.yield)},
                        {"confidence", format_double(options.claim.confidence)}});
}

/// The parent's side: what is known, and what is to be known next.
class Vmin {
 public:
  Vmin(const Session& session, const VminOptions& options)
      : session_(session),
        options_(options),
        tasks_(tasks_of(session.plan())),
        allowed_(allowed_failures(options.claim, chips()).value()),
        search_(tasks_.voltages().size(), tasks_.chips(), static_cast<std::uint64_t>(allowed_)) {}

  VminOutcome run();

 private:
  std::int64_t chips() const { return static_cast<std::int64_t>(tasks_.chips()); }
  const PointRows* find(const VminTask& task) const {
    const auto found = finished_.find(tasks_.key_of(task));
    return found == finished_.end() ? nullptr : &found->second;
  }
  Judgement judgement(const VoltageSearch::Task& at) const {
    return parse_search_row(find({VminWork::kJudge, at})->point);
  }
  std::vector<std::size_t> open_of(const std::vector<VminTask>& tasks) const;
  std::vector<std::size_t> next_tasks();
  std::vector<VminTask> tasks_of_the_end() const;
  std::size_t highest_or_safe() const { return search_.lowest_accepted().value_or(0); }
  std::optional<std::size_t> refused() const;
  VoltageSearch::Task worst_refused() const;
  void read_journal(const ResultsDirectory& directory, const std::map<Journal::Key, PointRows>&);
  std::vector<std::string> work(ResultsDirectory& directory);
  void report(const VminTask& task) const;
  std::vector<Judgement> judgements() const;
  SafeVoltage answer(const std::vector<Judgement>& judgements) const;
  std::optional<Limit> limit() const;

  const Session& session_;
  const VminOptions& options_;
  VminTasks tasks_;
  std::int64_t allowed_;
  VoltageSearch search_;
  std::map<Journal::Key, PointRows> finished_;
};

std::vector<std::size_t> Vmin::open_of(const std::vector<VminTask>& tasks) const {
  std::vector<std::size_t> open;
  for (const VminTask& task : tasks) {
    if (find(task) == nullptr) open.push_back(tasks_.number_of(task));
  }
  return open;
}

/// Rounds of the search, of which some or all may stand in the journal; then what is told of its
/// end.
std::vector<std::size_t> Vmin::next_tasks() {
  for (std::vector<VoltageSearch::Task> round; !(round = search_.next_round()).empty();) {
    std::vector<VminTask> tasks;
    const bool shares_error = search_.judged() + round.size() <= kVerdictsOfChip * tasks_.chips();
    const VminWork work = shares_error ? VminWork::kJudge : VminWork::kJudgeExactly;
    for (const VoltageSearch::Task& at : round) tasks.push_back({work, at});
    std::vector<std::size_t> open = open_of(tasks);
    if (!open.empty()) return open;
    for (const VoltageSearch::Task& at : round) search_.add(at, judgement(at).pass);
  }
  return open_of(tasks_of_the_end());
}

/// Nothing where the lowest voltage is safe.
std::optional<std::size_t> Vmin::refused() const {
  const auto safe = search_.lowest_accepted();
  if (!safe) return 0;
  if (*safe + 1 == tasks_.voltages().size()) return {};
  return *safe + 1;
}

/// Of the chips that fail at the refused voltage the one that loses most.
VoltageSearch::Task Vmin::worst_refused() const {
  VoltageSearch::Task worst{.voltage = refused().value()};
  std::optional<double> most;
  for (std::uint64_t chip = 0; chip < tasks_.chips(); ++chip) {
    const VoltageSearch::Task at{worst.voltage, chip};
    if (find({VminWork::kJudge, at}) == nullptr) continue;
    const Judgement here = judgement(at);
    if (here.pass || (most && here.drop <= *most)) continue;
    most = here.drop;
    worst.chip = chip;
  }
  return worst;
}

std::vector<VminTask> Vmin::tasks_of_the_end() const {
  const std::size_t voltage = highest_or_safe();
  const std::uint64_t chip =
      memory::keyed_hash(session_.plan().config.run.seed,
                         static_cast<std::uint64_t>(tasks_.voltages()[voltage].micro())) %
      tasks_.chips();
  std::vector<VminTask> tasks = {{VminWork::kPoint, {voltage, chip}}};
  if (!refused()) return tasks;
  const VoltageSearch::Task worst = worst_refused();
  for (std::size_t part = 0; part < tasks_.parts().size(); ++part) {
    tasks.push_back({VminWork::kPart, worst, part});
  }
  for (std::size_t line = 0; line < kWorstBitlines; ++line) {
    tasks.push_back({VminWork::kBitline, worst, line});
  }
  return tasks;
}

/// A journal of another search must not be mixed into this one.
void Vmin::read_journal(const ResultsDirectory& directory,
                        const std::map<Journal::Key, PointRows>& rows) {
  const std::string header = points_header(columns_of(session_.plan().config));
  for (const auto& [key, row] : rows) {
    const auto fits = [&, &key = key, &row = row] {
      const auto& voltages = tasks_.voltages();
      if (std::find(voltages.begin(), voltages.end(), key.voltage) == voltages.end()) return false;
      if (key.chip >= tasks_.chips()) return false;
      if (key.part.starts_with("faults of ")) return parse_double(row.point).has_value();
      if (key.part.starts_with("without ")) return parse_repaired(row.point), true;
      if (key.part.empty()) {
        const PointSummary point = parse_point_row(header, row.point);
        return point.voltage == key.voltage && point.chip == key.chip;
      }
      const Judgement judged = parse_search_row(row.point);
      return judged.voltage == key.voltage && judged.chip == key.chip;
    };
    bool fitting = false;
    try {
      fitting = fits();
    } catch (const InputError&) {  // refused below
    }
    if (!fitting) {
      throw InputError("the row of voltage " + key.voltage.text() + ", chip " +
                       std::to_string(key.chip) + " is none of this search; choose another --out")
          .within(directory.journal_file().string());
    }
  }
  finished_ = rows;
}

void Vmin::report(const VminTask& task) const {
  if (!options_.progress) return;
  const Plan& plan = session_.plan();
  std::size_t judged = 0;
  for (std::uint64_t chip = 0; chip < tasks_.chips(); ++chip) {
    judged += find({VminWork::kJudge, {task.at.voltage, chip}}) == nullptr ? 0 : 1;
  }
  options_.progress(tasks_.voltages()[task.at.voltage].text() + " " +
                        plan.unit(plan.config.sweep.supply.memories.front()),
                    judged, tasks_.chips());
}

/// Returns what failed.
std::vector<std::string> Vmin::work(ResultsDirectory& directory) {
  PoolHooks hooks;
  hooks.make_worker = [&] {
    directory.leave_to_parent();
    const auto worker = std::make_shared<VminWorker>(session_, tasks_, options_);
    return [worker](std::size_t task) { return worker->run(task); };
  };
  hooks.on_result = [&](std::size_t number, const std::string& text) {
    const VminTask task = tasks_.task(number);
    const Journal::Key key = tasks_.key_of(task);
    const PointRows rows = task.work == VminWork::kPoint ? rows_of(text) : PointRows{text, ""};
    directory.journal().add(key, rows);
    finished_[key] = rows;
    report(task);
  };
  hooks.next_tasks = [&] { return next_tasks(); };
  const auto kept = [&] {
    return std::to_string(finished_.size()) + " results are kept in " + options_.out.string();
  };
  std::vector<std::string> failures;
  for (const TaskFailure& failure : saying_what_is_kept(
           kept, [&] { return run_in_workers(next_tasks(), options_.jobs, hooks); })) {
    const VminTask task = tasks_.task(failure.task);
    const Point point{.voltage = tasks_.voltages()[task.at.voltage],
                      .chip = task.at.chip,
                      .supply = session_.plan().config.sweep.supply.name};
    failures.push_back(describe(session_.plan(), point) + ": " + failure.reason);
  }
  return failures;
}

std::vector<Judgement> Vmin::judgements() const {
  std::vector<Judgement> list;
  for (std::size_t voltage = 0; voltage < tasks_.voltages().size(); ++voltage) {
    for (std::uint64_t chip = 0; chip < tasks_.chips(); ++chip) {
      const VoltageSearch::Task at{voltage, chip};
      if (find({VminWork::kJudge, at}) != nullptr) list.push_back(judgement(at));
    }
  }
  return list;
}

/// Nothing where the lowest voltage is safe.
std::optional<Limit> Vmin::limit() const {
  if (!refused()) return {};
  const VoltageSearch::Task worst = worst_refused();
  std::vector<double> drops;
  for (std::size_t part = 0; part < tasks_.parts().size(); ++part) {
    drops.push_back(parse_double(find({VminWork::kPart, worst, part})->point).value());
  }
  std::vector<RepairedBitline> repaired;
  for (std::size_t line = 0; line < kWorstBitlines; ++line) {
    const auto without = parse_repaired(find({VminWork::kBitline, worst, line})->point);
    if (without) repaired.push_back(*without);
  }
  return find_limit(worst.chip, tasks_.parts(), drops, repaired);
}

SafeVoltage Vmin::answer(const std::vector<Judgement>& judgements) const {
  const Plan& plan = session_.plan();
  const VminTask whole = tasks_of_the_end().front();
  const PointSummary point =
      parse_point_row(points_header(columns_of(plan.config)), find(whole)->point);
  SafeVoltage answer{
      .claim = options_.claim,
      .mark = mark_of(options_.target, session_.images().metric, point.reference),
      .unit = plan.unit(plan.config.sweep.supply.memories.front()),
      .chips = chips(),
      .allowed_failures = allowed_,
      .point = point,
      .limit = limit(),
      .grid = {.points = chips() * static_cast<std::int64_t>(tasks_.voltages().size())}};
  answer.grid.images = answer.grid.points * session_.images().count;
  for (const Judgement& judgement : judgements) {
    ++answer.used.points;
    answer.used.images += judgement.images;
    if (judgement.by == SettledBy::kBound) answer.image_error = kSearchError;
  }
  const auto tally_of = [&](std::size_t voltage) {
    const VoltageSearch::Tally tally = search_.at(voltage);
    return std::pair(static_cast<std::int64_t>(tally.judged),
                     static_cast<std::int64_t>(tally.failed));
  };
  if (const auto safe = search_.lowest_accepted()) {
    const auto [judged, failed] = tally_of(*safe);
    answer.safe = SafeAt{tasks_.voltages()[*safe], judged, judged - failed, point.energy_rel,
                         point.weight_sram_energy_rel};
  }
  if (const auto voltage = refused()) {
    const auto [judged, failed] = tally_of(*voltage);
    answer.refused = RefusedAt{tasks_.voltages()[*voltage], judged, failed};
  }
  if (plan.config.sweep.supply.feeds(hardware::OnChipMemory::kWeightSram)) {
    answer.nominal = saving_against_nominal(
        plan, {point.energy_j, point.energy_rel, point.rail_energy_j[energy::Rail::kWeightSram],
               point.supply_energy_j});
  }
  return answer;
}

VminOutcome Vmin::run() {
  const Plan& plan = session_.plan();
  const std::string manifest = manifest_of(plan, options_);
  const Point lowest{.voltage = tasks_.voltages().back(), .supply = plan.config.sweep.supply.name};
  ResultsDirectory directory(plan, lowest, options_.out, manifest);
  read_journal(directory, directory.journal().read());
  VminOutcome outcome;
  outcome.resumed = finished_.size();
  outcome.failures = work(directory);
  outcome.kept = finished_.size();
  if (!outcome.failures.empty()) return outcome;
  outcome.judgements = judgements();
  outcome.answer = answer(outcome.judgements);
  write_whole_file(options_.out / "search.csv", csv_text(search_columns(), outcome.judgements));
  write_whole_file(options_.out / "v_safe.json", safe_voltage_json(outcome.answer));
  write_whole_file(options_.out / "manifest.json", with_criterion(manifest, outcome.answer.mark));
  return outcome;
}

}  // namespace

VminOutcome run_vmin(const Session& session, const VminOptions& options) {
  const config::WorkloadConfig& config = session.plan().config;
  config::check_sweep(config);
  require_decidable(options.claim, config.sweep.chips);
  const Metric metric = session.images().metric;
  if (!is_share(metric)) {
    throw InputError("the workload's metric is " + title(metric) +
                     ", which no chip passes or fails: a safe voltage needs top-1 or ROC AUC");
  }
  return Vmin(session, options).run();
}

}  // namespace brownout::experiment

// Variants are loaded one at a time, twice: to validate all before the first one runs, and to run.
#include "sim/experiment/axes.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/files/file_bytes.hpp"
#include "sim/experiment/results/joined_points.hpp"
#include "sim/experiment/runner/results_directory.hpp"
#include "sim/experiment/runner/whole_file.hpp"

namespace brownout::experiment {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kAxesFile[] = "axes.json";
constexpr int kFormat = 1;  // of that file

/// Every path in it cut down to its last name.
std::string without_directories(const std::string& value) {
  std::string text;
  for (const char c : value) {
    if (c == '/') {
      text.erase(text.find_last_of(" ,:[]{}\"'") + 1);  // npos + 1: all of it
    } else {
      text += c;
    }
  }
  return text;
}

/// A value as part of a file's name; "none" where nothing is left of it.
std::string name_of(const std::string& value) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-+";
  std::string name;
  for (const char c : without_directories(value)) {
    if (kPlain.find(c) != std::string_view::npos) {
      name += c;
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  name.erase(name.find_last_not_of('_') + 1);
  return name.empty() ? "none" : name;
}

Json axes_of(const std::vector<Variant>& variants) {
  Json axes = Json::object();
  for (std::size_t axis = 0; axis < variants.front().settings.size(); ++axis) {
    std::vector<std::string> values;
    for (const Variant& variant : variants) {
      const std::string& value = variant.settings[axis].value;
      if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
    }
    axes[variants.front().settings[axis].key] = values;
  }
  return axes;
}

std::string axes_json(const std::vector<Variant>& variants, const std::vector<std::string>& names) {
  Json root;
  root["format"] = kFormat;
  root["axes"] = axes_of(variants);
  Json& sweeps = root["sweeps"];
  for (std::size_t i = 0; i < variants.size(); ++i) {
    Json sweep;
    sweep["directory"] = names[i];
    for (const config::Setting& setting : variants[i].settings) {
      sweep["settings"][setting.key] = setting.value;
    }
    sweeps.push_back(std::move(sweep));
  }
  return root.dump(2) + "\n";
}

/// Where nothing is yet, or the same axes.
void require_fitting(const std::filesystem::path& out, const std::string& axes) {
  if (!std::filesystem::exists(out)) return;
  if (!std::filesystem::exists(out / kAxesFile)) return require_no_results(out);
  if (memory::read_file_bytes(out / kAxesFile) == axes) return;
  throw InputError("the directory holds a sweep over other axes; choose another --out")
      .within((out / kAxesFile).string());
}

[[noreturn]] void fail_same(const Variant& first, const Variant& second) {
  for (std::size_t i = 0; i < first.settings.size(); ++i) {
    const config::Setting& before = first.settings[i];
    const config::Setting& after = second.settings[i];
    if (before == after) continue;
    throw InputError(in_quotes(before.value) + " and " + in_quotes(after.value) +
                     " are the same sweep: another option has the last word, or no result "
                     "depends on the key")
        .within("--axis " + after.key);
  }
  throw std::logic_error("run_axes: a combination is given twice");
}

SweepOptions options_of(const Session& session, const std::string& name,
                        const AxesOptions& options) {
  return {.out = options.out / name,
          .jobs = options.jobs,
          .cosim = options.cosim,
          .target = target_for(options.target, session.images().metric),
          .progress = {}};
}

/// The points of all variants.
std::size_t validate(const std::vector<Variant>& variants, const std::vector<std::string>& names,
                     const AxesOptions& options) {
  std::map<std::string, const Variant*> by_manifest;
  std::size_t points = 0;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const Session session(variants[i].config);
    const SweepGrid grid = validate_sweep(session, options_of(session, names[i], options));
    const auto [same, is_new] = by_manifest.try_emplace(grid.manifest, &variants[i]);
    if (!is_new) fail_same(*same->second, variants[i]);
    points += grid.points.size();
  }
  return points;
}

std::vector<JoinedPart> joined_parts(const std::vector<Variant>& variants,
                                     const std::vector<std::string>& names,
                                     const std::filesystem::path& out) {
  std::vector<JoinedPart> parts;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    JoinedPart part{{}, memory::read_file_bytes(out / names[i] / "points.csv")};
    for (const config::Setting& setting : variants[i].settings)
      part.fields.push_back(setting.value);
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace

std::vector<std::string> directory_names(
    const std::vector<std::vector<config::Setting>>& combinations) {
  constexpr std::size_t kLongest = 200;  // file systems take 255 bytes
  std::set<std::string> taken;
  std::vector<std::string> names;
  for (const std::vector<config::Setting>& settings : combinations) {
    std::string name;
    for (const config::Setting& setting : settings) {
      name += (name.empty() ? "" : ",") + setting.key + "=" + name_of(setting.value);
    }
    name.resize(std::min(name.size(), kLongest));
    if (taken.contains(name)) name += "~" + std::to_string(names.size() + 1);
    taken.insert(name);
    names.push_back(std::move(name));
  }
  return names;
}

AxesOutcome run_axes(const std::vector<Variant>& variants, const AxesOptions& options) {
  std::vector<std::vector<config::Setting>> settings;
  for (const Variant& variant : variants) settings.push_back(variant.settings);
  const std::vector<std::string> names = directory_names(settings);
  const std::string axes = axes_json(variants, names);
  require_fitting(options.out, axes);
  AxesOutcome outcome{.points = validate(variants, names, options), .resumed = 0, .failures = {}};
  make_directory(options.out);
  if (!std::filesystem::exists(options.out / kAxesFile)) {
    write_whole_file(options.out / kAxesFile, axes);
  }
  std::size_t before = 0;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const Session session(variants[i].config);
    SweepOptions sweep = options_of(session, names[i], options);
    std::size_t own = 0;
    sweep.progress = [&](std::size_t done, std::size_t total) {
      own = total;
      if (options.progress) options.progress(before + done, outcome.points);
    };
    const SweepOutcome swept = run_sweep(session, sweep);
    before += own;
    outcome.resumed += swept.resumed;
    for (const std::string& failure : swept.failures) {
      outcome.failures.push_back(names[i] + ": " + failure);
    }
    if (swept.failures.empty() && options.finished) options.finished(variants[i], session, swept);
  }
  if (!outcome.failures.empty()) return outcome;
  std::vector<std::string> keys;
  for (const config::Setting& setting : variants.front().settings) keys.push_back(setting.key);
  write_whole_file(options.out / "points.csv",
                   joined_points(keys, joined_parts(variants, names, options.out)));
  return outcome;
}

}  // namespace brownout::experiment

#include "sim/experiment/compare/finished_sweep.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "memory/base/input_error.hpp"
#include "memory/files/file_bytes.hpp"
#include "sim/experiment/results/named_fields.hpp"
#include "sim/experiment/results/sweep_summary.hpp"

namespace brownout::experiment {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kPoints[] = "points.csv";

[[noreturn]] void fail_directory(const std::filesystem::path& directory, const std::string& text) {
  throw InputError(text).within(directory.string());
}

/// A directory that other commands write, or that a sweep has not finished.
void require_finished(const std::filesystem::path& directory) {
  const auto holds = [&](const char* file) { return std::filesystem::exists(directory / file); };
  if (!std::filesystem::is_directory(directory)) fail_directory(directory, "no such directory");
  if (holds("sensitivity.csv") || holds("v_safe.json")) {
    fail_directory(directory, "holds results of another command; sweeps are wanted");
  }
  if (holds(kPoints) && holds("manifest.json")) return;
  fail_directory(directory, holds("manifest.json")
                                ? "the sweep is not finished; its command goes on with it"
                                : "holds no results of a sweep");
}

/// Every chip at every voltage.
void require_whole(const std::vector<PointSummary>& points, const std::filesystem::path& file) {
  if (points.empty()) throw InputError("holds no points").within(file.string());
  const auto voltages = by_voltage(points);
  for (const auto& chips : voltages) {
    if (chips.size() == voltages.front().size()) continue;
    throw InputError("lacks points: " + std::to_string(chips.size()) + " chips at " +
                     chips.front()->voltage.text() + ", " +
                     std::to_string(voltages.front().size()) + " at " +
                     voltages.front().front()->voltage.text())
        .within(file.string());
  }
}

/// Calls `take` with every row of a file that begins with its header.
template <typename Take>
void for_each_row(const std::filesystem::path& file, const Take& take) {
  const std::string text = memory::read_file_bytes(file);
  const std::size_t end = text.find('\n');
  const std::string header = text.substr(0, end);
  for (std::size_t at = end + 1; end != std::string::npos && at < text.size();) {
    const std::size_t next = std::min(text.find('\n', at), text.size());
    take(header, text.substr(at, next - at));
    at = next + 1;
  }
}

FinishedSweep read_sweep(const std::filesystem::path& directory) {
  require_finished(directory);
  FinishedSweep sweep{directory, read_manifest(directory / "manifest.json"), {}};
  try {
    for_each_row(directory / kPoints, [&](const std::string& header, const std::string& row) {
      sweep.points.push_back(parse_point_row(header, row));
    });
  } catch (const InputError& error) {
    throw error.within(directory.string());
  }
  require_whole(sweep.points, directory / kPoints);
  return sweep;
}

}  // namespace

Metric FinishedSweep::metric() const {
  const ByMetric<double>& score = points.front().score;
  for (const Metric metric : {Metric::kTop1, Metric::kAuc}) {
    if (score[metric]) return metric;
  }
  return Metric::kReconstructionMse;
}

std::string FinishedSweep::unit() const { return manifest.at("profile/unit"); }

std::vector<FinishedSweep> read_sweeps(const std::filesystem::path& directory) {
  const std::filesystem::path axes = directory / "axes.json";
  if (!std::filesystem::exists(axes)) return {read_sweep(directory)};
  const Json root = Json::parse(memory::read_file_bytes(axes), nullptr, false);
  std::vector<FinishedSweep> sweeps;
  try {
    for (const Json& sweep : root.at("sweeps")) {
      sweeps.push_back(read_sweep(directory / sweep.at("directory").get<std::string>()));
    }
  } catch (const Json::exception&) {
    throw InputError("damaged").within(axes.string());
  }
  return sweeps;
}

std::vector<LayerSummary> read_layers(const FinishedSweep& sweep, memory::Voltage voltage) {
  const std::filesystem::path file = sweep.directory / "layers.csv";
  std::vector<LayerSummary> layers;
  std::map<std::string, std::size_t> place;
  double chips = 0;
  for_each_row(file, [&](const std::string& header, const std::string& row) {
    const NamedFields fields(file.string(), header, row);
    if (memory::Voltage::parse(fields.text("voltage")) != voltage) return;
    const std::string name(fields.text("layer"));
    const auto [found, is_new] = place.try_emplace(name, layers.size());
    if (is_new) layers.push_back({.layer = name, .kind = std::string(fields.text("kind"))});
    if (found->second == 0) ++chips;
    LayerSummary& layer = layers[found->second];
    layer.cycles += fields.number("cycles");
    layer.energy_j += fields.number("energy_j");
    layer.weight_sram_energy_j += fields.number("weight_sram_energy_j");
    layer.weights_changed += fields.number("weights_changed");
  });
  if (layers.empty()) throw InputError("has no voltage " + voltage.text()).within(file.string());
  for (LayerSummary& layer : layers) {
    for (double* sum :
         {&layer.cycles, &layer.energy_j, &layer.weight_sram_energy_j, &layer.weights_changed}) {
      *sum /= chips;
    }
  }
  return layers;
}

}  // namespace brownout::experiment

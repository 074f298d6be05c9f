// `brownout init`: a network's first workload file.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "memory/base/input_error.hpp"
#include "models/network_import.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/experiment/first_workload.hpp"
#include "sim/experiment/runner/whole_file.hpp"

namespace brownout::cli {
namespace {

using experiment::AcceleratorFit;
using experiment::GuessedImages;
using std::filesystem::path;

CommandSpec spec() {
  return {
      .name = "init",
      .summary = "a commented workload file for a network of yours",
      .purpose =
          "Writes a workload for a quantized ONNX or TFLite file, with comments on what to look "
          "at. Its images are those of a file beside the network that it can take (.npz, or "
          "MNIST's and CIFAR's own); of the usual preprocessings it takes the one that fills "
          "the range of the input and with which most images are right; of the accelerators the "
          "first that the network fits. Prints "
          "what was guessed, and why.",
      .example = "brownout init workloads/mnist_cnn/network.onnx --out out/my_mnist.yaml",
      .positional = "NETWORK",
      .options = joined({{{"out", "FILE",
                           "The workload, a new file. Default: NETWORK's name with .yaml, in "
                           "the working directory."},
                          network_input_option()},
                         output_options()})};
}

/// The nearest `configs` above the working directory, else above the program.
path configs_directory() {
  std::error_code ignored;
  const path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const path here = std::filesystem::current_path();
  for (path above : {here / "any", program}) {
    while (above.has_relative_path()) {
      above = above.parent_path();
      const path configs = above / "configs";
      if (!std::filesystem::is_directory(configs / "accelerators", ignored)) continue;
      const path near = configs.lexically_relative(here);
      return near.empty() || near.native().starts_with("../../..") ? configs : near;
    }
  }
  throw InputError("no directory configs/accelerators above " + here.string() + " or above " +
                   program.string());
}

path out_file_of(const Arguments& arguments) {
  const path network = arguments.positional();
  path out = arguments.path("out").value_or(network.stem().string() + ".yaml");
  std::error_code ignored;
  if (std::filesystem::is_regular_file(out, ignored)) {
    fail_option("out", out.string() + " exists already; another file is wanted");
  }
  check_output_file(out, "out");
  return out;
}

std::vector<Fact> images_facts(const std::optional<GuessedImages>& images) {
  if (!images) {
    return {{{"dataset", "images"},
             "none beside the network; the file says what to fill in for workload.dataset"}};
  }
  const std::vector<path> files = images->dataset.files();
  std::vector<Fact> facts = {
      {{"dataset", "images"}, files.front().string()},
      {{"dataset_format", "  format"}, to_string(images->dataset.format)},
      {{"images", "  in it"}, images->images},
      {{"task", "task"},
       std::string(images->reconstruction ? "reconstruction" : "classification")}};
  if (images->tried.empty()) {
    facts.push_back(
        {{"preprocess", "preprocessing"}, "none: add workload.preprocess if the training had one"});
    return facts;
  }
  append(facts, {{{"preprocess", "preprocessing"}, images->tried.front().name},
                 {{"top1", "  top-1 with it", "", Style::kPercent}, images->tried.front().top1},
                 {{"tried_images", "  of images"}, images->tried_images},
                 {{"tried_preprocessings", "  best of"}, images->tried.size()}});
  return facts;
}

Table accelerator_table(const std::vector<AcceleratorFit>& fits, const AcceleratorFit& chosen) {
  Table table{.key = "accelerators",
              .columns = {{"accelerator", "accelerator"},
                          {"placement", "placement"},
                          {"weights", "weights", "", Style::kPercent},
                          {"activations", "activations", "", Style::kPercent},
                          {"latency_s", "latency", "s", Style::kQuantity},
                          {"found", "found"}},
              .rows = {}};
  for (const AcceleratorFit& fit : fits) {
    const std::string found = !fit.too_small.empty()    ? "too small: " + fit.too_small
                              : fit.file == chosen.file ? "taken"
                                                        : "fits, too";
    table.rows.push_back(
        {fit.name, fit.placement, fit.weights, fit.activations, fit.latency_s, found});
  }
  return table;
}

int run(const Arguments& arguments, const Streams& streams) {
  const Format format = format_of(arguments);
  const path out = out_file_of(arguments);
  const auto input = network_input_of(arguments);
  const path network_file = arguments.positional();
  const path configs = configs_directory();
  const models::QuantizedNetwork network = models::import_network(network_file, input);
  const std::vector<AcceleratorFit> fits = experiment::accelerator_fits(configs, network);
  const auto fitting = std::find_if(
      fits.begin(), fits.end(), [](const AcceleratorFit& fit) { return fit.too_small.empty(); });
  const experiment::FirstWorkload workload{
      .file = out,
      .configs = configs,
      .network_file = network_file,
      .input = input,
      .images = experiment::guess_images(network_file, network),
      .accelerator = fitting == fits.end() ? fits.back() : *fitting};
  experiment::write_whole_file(out, to_yaml(workload));

  Report report{.facts = {{{"file", "written"}, out.string()},
                          {{"network", "network"}, network_file.string()}},
                .table = accelerator_table(fits, workload.accelerator)};
  append(report.facts, images_facts(workload.images));
  streams.out << render(report, format);
  if (!arguments.has("quiet")) {
    streams.err << (workload.images ? "next: brownout run " : "next: fill in the images in ")
                << out.string() << "\n";
  }
  return 0;
}

}  // namespace

Command init_command() { return {spec(), run}; }

}  // namespace brownout::cli

#include "sim/experiment/inputs/output_choice.hpp"

#include <algorithm>
#include <string_view>

#include "memory/base/input_error.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::experiment {

void choose_output(const config::WorkloadConfig& config, models::QuantizedNetwork& network,
                   std::vector<std::string>& notes) {
  const std::vector<models::NetworkOutput>& outputs = network.outputs;
  std::vector<std::string_view> names;
  std::string all;
  for (const models::NetworkOutput& output : outputs) {
    names.push_back(output.name);
    all += (all.empty() ? "" : ", ") + output.name;
  }
  if (config.output.empty()) {
    if (outputs.size() < 2) return;
    notes.push_back("the network has " + std::to_string(outputs.size()) + " outputs: " + all +
                    "; the first is scored, workload.output names another");
    return;
  }
  const auto found = std::find(names.begin(), names.end(), config.output);
  if (found == names.end()) {
    const std::string near = config::nearest(config.output, names);
    throw InputError("'" + config.output + "' is no output of " + config.network.string() +
                     "; its outputs are " + all +
                     (near.empty() ? "" : " (did you mean " + near + "?)"))
        .within(config.output_place);
  }
  network.output = outputs[static_cast<std::size_t>(found - names.begin())].tensor;
}

}  // namespace brownout::experiment

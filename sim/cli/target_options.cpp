#include "sim/cli/target_options.hpp"

#include "memory/base/input_error.hpp"

namespace brownout::cli {

OptionSpecs target_options() {
  return {{"min-top1", "X",
           "Accuracy target, 0..1: a chip passes whose top-1 is at least X. Default: --max-drop "
           "1."},
          {"min-auc", "X", "The same for the ROC AUC of a workload with task: reconstruction."},
          {"max-drop", "P",
           "Accuracy target: a chip passes that loses at most P percentage points of top-1, or "
           "ROC AUC, against the network without faults on the same images. Default: 1."}};
}

experiment::AskedTarget target_of(const Arguments& arguments) {
  arguments.exclude("min-top1", "min-auc");
  arguments.exclude("min-top1", "max-drop");
  arguments.exclude("min-auc", "max-drop");
  return {.min_top1 = arguments.number("min-top1", 0, 1),
          .min_auc = arguments.number("min-auc", 0, 1),
          .max_drop = arguments.number("max-drop", 0, 100)};
}

OptionSpecs claim_options(const std::string& unasked) {
  return {{"yield", "P", "Percent of the dies that are to pass. " + unasked},
          {"confidence", "P", "Percent: how certain that is to be. " + unasked}};
}

std::optional<experiment::YieldClaim> claim_of(const Arguments& arguments) {
  if (!arguments.has("yield") && !arguments.has("confidence")) return {};
  experiment::YieldClaim claim;
  const auto set = [&](const char* option, double& share) {
    const auto percent = arguments.number(option, 0, 100);
    if (!percent) return;
    if (*percent <= 0 || *percent >= 100) {
      fail_option(option, *arguments.text(option) + " is not between 0 and 100");
    }
    share = *percent / 100;
  };
  set("yield", claim.yield);
  set("confidence", claim.confidence);
  return claim;
}

}  // namespace brownout::cli

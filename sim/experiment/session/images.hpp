// The images of a workload, as its network takes them, and how well outputs for them are.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/experiment/results/score.hpp"
#include "sim/experiment/session/plan.hpp"

namespace brownout::experiment {

struct Images {
  std::int64_t count = 0;
  std::vector<std::uint8_t> codes;    ///< images x input (NHWC)
  std::vector<std::uint16_t> labels;  ///< one an image, or none
  std::vector<float> inputs;          ///< as `codes`, not quantized; of a reconstruction only
  std::vector<bool> anomalous;        ///< as `labels`; of a reconstruction only
  /// What the workload is judged by: top-1; of a reconstruction ROC AUC, or the error where not
  /// both kinds of images are there.
  Metric metric = Metric::kTop1;
  std::vector<std::string> notes;  ///< why they may not be what the network is made for

  std::span<const std::uint8_t> codes_of(std::int64_t first, std::int64_t images) const;
};

/// The first so many of the data set, as the workload asks for. Throws InputError where
/// they do not fit the network, naming the file or key.
Images load_images(const Plan& plan);

/// Of the codes of the output that is scored, images x elements.
Score score_of(const Plan& plan, const Images& images, std::span<const std::uint8_t> codes);
/// Of each image whether it is right; nothing of a reconstruction.
std::vector<bool> right_images(const Images& images, std::span<const std::uint8_t> codes);
/// Of a classification without faults: why its images or labels may be wrong, or empty.
std::string accuracy_note(const Plan& plan, const Images& images, double top1);

}  // namespace brownout::experiment

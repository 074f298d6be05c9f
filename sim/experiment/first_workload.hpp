// The first workload of a network: commented YAML that holds what can be told from the file alone,
// and says what is a guess.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/input_codes.hpp"
#include "models/quantized_network.hpp"
#include "sim/experiment/guessed_images.hpp"

namespace brownout::experiment {

/// How the network lies on an accelerator.
struct AcceleratorFit {
  std::filesystem::path file;
  std::string name, placement;
  std::string too_small = {};  ///< what the network does not fit; empty: it runs
  double weights = 0;          ///< words that it needs, as a share of those there are
  double activations = 0;      ///< bytes, likewise
  double latency_s = 0;
};

/// Of the accelerators below `configs` that suit networks of three sizes, the smaller ones first.
std::vector<AcceleratorFit> accelerator_fits(const std::filesystem::path& configs,
                                             const models::QuantizedNetwork& network);

struct FirstWorkload {
  std::filesystem::path file;     ///< that it is written for: its paths are relative to it
  std::filesystem::path configs;  ///< the directory of the accelerators and memories
  std::filesystem::path network_file;
  std::optional<models::InputCodes> input;
  std::optional<GuessedImages> images;
  AcceleratorFit accelerator;
};

std::string to_yaml(const FirstWorkload& workload);

}  // namespace brownout::experiment

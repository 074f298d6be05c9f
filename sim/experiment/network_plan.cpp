#include "sim/experiment/network_plan.hpp"

#include <algorithm>
#include <bitset>

#include "memory/base/arithmetic.hpp"
#include "sim/schedule/lower.hpp"
#include "sim/schedule/program_builder.hpp"
#include "sim/schedule/weight_layout.hpp"
#include "sim/timing/program_cycles.hpp"

namespace brownout::experiment {

CodeUse code_use(const models::Convolution& convolution) {
  const auto [low, high] =
      std::minmax_element(convolution.weights.begin(), convolution.weights.end());
  std::bitset<256> used;
  for (const std::int8_t weight : convolution.weights) used.set(static_cast<std::uint8_t>(weight));
  return {.bits = convolution.weight_bits,
          .lowest = *low + convolution.weight_shift,
          .highest = *high + convolution.weight_shift,
          .different = static_cast<int>(used.count())};
}

NetworkTotals totals_of(const models::QuantizedNetwork& network) {
  NetworkTotals totals;
  std::uint64_t bits = 0;
  for (const models::ActivationTensor& tensor : network.tensors) {
    totals.constants += tensor.constant.size();
  }
  for (const models::Node& node : network.nodes) {
    const auto* convolution = std::get_if<models::Convolution>(&node);
    if (convolution == nullptr) continue;
    totals.weights += convolution->weights.size();
    totals.biases += convolution->bias.size();
    bits += convolution->weights.size() * static_cast<unsigned>(convolution->weight_bits);
    totals.macs += schedule::lower(network, *convolution).macs();
  }
  totals.weight_bytes = divide_up(bits, 8);
  return totals;
}

NetworkPlan plan_network(const models::QuantizedNetwork& network,
                         const hardware::AcceleratorSpec& asked) {
  hardware::AcceleratorSpec spec = asked;
  const std::uint64_t needed = schedule::plan_activations(network).bytes;
  const auto fits = [needed](const hardware::SramSpec& sram) {
    return needed <= static_cast<std::uint64_t>(sram.capacity_bytes());
  };
  while (!fits(spec.activation_sram)) spec.activation_sram.capacity_kib *= 2;
  NetworkPlan plan{.program = schedule::make_program(network, spec),
                   .times = hardware::ProgramTimes{},
                   .asked = asked,
                   .weights_fit = false,
                   .activations_fit = fits(asked.activation_sram)};
  plan.weights_fit = plan.program.weight_words <= spec.weight_sram.organisation().words;
  if (!plan.weights_fit && asked.placement == hardware::Placement::kResident) {
    plan.program.spec.placement = hardware::Placement::kStreaming;
  }
  plan.times = timing::program_times(plan.program, schedule::lay_out(plan.program));
  return plan;
}

}  // namespace brownout::experiment

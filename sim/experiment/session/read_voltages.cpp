#include "sim/experiment/session/read_voltages.hpp"

#include <string>
#include <utility>
#include <vector>

#include "memory/base/input_error.hpp"
#include "sim/experiment/inputs/fault_selection.hpp"

namespace brownout::experiment {

storage::ByReadVoltage<ReadVoltage> read_voltages(const config::MemoryConfig& memory,
                                                  const models::QuantizedNetwork& network) {
  if (!memory.boost && !memory.bank_supply) return storage::ByReadVoltage(ReadVoltage{});
  models::ByNode<ReadVoltage> of_layers(network.nodes.size());
  if (memory.bank_supply) {
    const config::BankSupply& supply = *memory.bank_supply;
    for (const std::string& layer : supply.layers) {
      of_layers[find_layer(layer, supply.place, network)].own = supply.voltage;
    }
  }
  if (memory.boost) {
    for (const config::BoostedReads::Layer& layer : memory.boost->layers) {
      of_layers[find_layer(layer.name, layer.place, network)].boost = layer.voltage;
    }
  }
  models::ByNode<std::size_t> voltage_of;
  std::vector<ReadVoltage> voltages = {{}};
  for (const ReadVoltage& of_layer : of_layers) {
    auto found = std::find(voltages.begin(), voltages.end(), of_layer);
    if (found == voltages.end()) found = voltages.insert(found, of_layer);
    voltage_of.push_back(static_cast<std::size_t>(found - voltages.begin()));
  }
  return {std::move(voltage_of), std::move(voltages)};
}

void give_banks(const config::MemoryConfig& memory, const models::QuantizedNetwork& network,
                schedule::TileProgram& program) {
  if (!memory.bank_supply) return;
  const config::BankSupply& supply = *memory.bank_supply;
  const auto all = static_cast<std::uint32_t>(program.spec.weight_sram.banks);
  const auto own = static_cast<std::uint32_t>(supply.banks);
  if (own >= all) {
    throw InputError(std::to_string(own) + " of the weight SRAM's " + std::to_string(all) +
                     " banks leave none for the other layers")
        .within(supply.place);
  }
  for (schedule::Layer& layer : program.layers) {
    if (layer.matrix) layer.banks = {.first = 0, .count = all - own, .all = all};
  }
  for (const std::string& layer : supply.layers) {
    program.layers[find_layer(layer, supply.place, network)].banks = {
        .first = all - own, .count = own, .all = all};
  }
}

}  // namespace brownout::experiment

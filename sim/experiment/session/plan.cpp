#include "sim/experiment/session/plan.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

#include "memory/base/input_error.hpp"
#include "memory/encoding.hpp"
#include "models/network_import.hpp"
#include "sim/experiment/inputs/fault_selection.hpp"
#include "sim/experiment/inputs/output_choice.hpp"
#include "sim/experiment/session/sum_bits.hpp"
#include "sim/schedule/program_builder.hpp"
#include "sim/timing/program_cycles.hpp"

namespace brownout::experiment {
namespace {

/// The top bits of lanes as wide as the widest weight.
void protect(const config::ProtectedMsbs& msbs, const models::QuantizedNetwork& network,
             hardware::SramSpec& sram) {
  int widest = 0;
  for (const models::Node& node : network.nodes) {
    const auto* convolution = std::get_if<models::Convolution>(&node);
    if (convolution != nullptr) widest = std::max(widest, convolution->weight_bits);
  }
  if (msbs.bits > widest) {
    throw InputError(std::to_string(msbs.bits) + " is not in 1.." + std::to_string(widest) +
                     ", the bits of the widest weight")
        .within("memory.mitigations.protected_msbs.bits");
  }
  sram.protected_bits = {static_cast<std::uint32_t>(msbs.bits), static_cast<std::uint32_t>(widest)};
  sram.protected_costs = msbs.costs;
}

/// With what mitigations add to its weight SRAM.
hardware::AcceleratorSpec with_mitigations(const config::WorkloadConfig& config,
                                           const models::QuantizedNetwork& network) {
  hardware::AcceleratorSpec spec = config.accelerator;
  hardware::SramSpec& sram = spec.weight_sram;
  const memory::StorageScheme& scheme = config.memory.scheme;
  sram.spares = config.memory.spares;
  sram.column_changes = scheme.columns;
  if (config.memory.protected_msbs) protect(*config.memory.protected_msbs, network, sram);
  try {
    const std::uint32_t word_bits = sram.organisation().word_bits;
    const memory::WordCodec codec = scheme.codec(word_bits);
    const std::uint32_t flags = scheme.changes.flag_bits(word_bits);
    if (codec.check_bits() + flags > memory::WideBits::kMost) {
      throw InputError("data_bits", "leaves no room for " + std::to_string(flags) + " flags");
    }
    sram.check_bits = static_cast<int>(codec.check_bits() + flags);
    sram.flag_bits = static_cast<int>(flags);
    sram.decoder_xors = codec.gates().decoder;
    sram.encoder_xors = codec.gates().encoder;
  } catch (const InputError& error) {
    throw error.below("memory.mitigations." + std::string(scheme.code->name));
  }
  return spec;
}

// Not every code has room for the lowest value of its width.
void check_encoding(const Plan& plan) {
  const memory::Encoding encoding = plan.config.memory.scheme.encoding;
  for (const models::Node& node : plan.network.nodes) {
    const auto* convolution = std::get_if<models::Convolution>(&node);
    if (convolution == nullptr) continue;
    try {
      memory::require_storable(encoding, convolution->weights, convolution->weight_bits);
    } catch (const InputError& error) {
      throw error.within("tensor '" + convolution->weight_name + "'")
          .within(plan.config.network.string())
          .within("memory.encoding");
    }
  }
}

// Nor every mitigation for every weight.
void check_mitigations(const Plan& plan) {
  const memory::StorageScheme& scheme = plan.config.memory.scheme;
  const bool in_place = scheme.code->name == "in_place_secded";
  const bool masks = scheme.read_mask != memory::ReadMask::kNone;
  const bool zeroes = scheme.on_uncorrectable == memory::OnUncorrectable::kZero;
  for (const models::Node& node : plan.network.nodes) {
    const auto* convolution = std::get_if<models::Convolution>(&node);
    if (convolution == nullptr) continue;
    const auto refuse = [&](std::string_view mitigation, const std::string& why) {
      throw InputError("tensor '" + convolution->weight_name + "' has weights of " +
                       std::to_string(convolution->weight_bits) + " bits; " + why)
          .within(plan.config.network.string())
          .within("memory.mitigations." + std::string(mitigation));
    };
    const int bits = convolution->weight_bits;
    if (in_place && bits != 8) refuse(scheme.code->name, "check bits find room in weights of 8");
    if (bits > 1) continue;
    if (zeroes) refuse(scheme.code->name, "none of them is 0: on_uncorrectable: keep");
    if (masks) refuse(to_string(scheme.read_mask), "none of them is 0");
  }
}

/// Nothing where the energy table's laws cover all banks.
std::string sram_note(const energy::EnergyTable& table, const hardware::AcceleratorSpec& spec) {
  std::string memories;
  for (const hardware::OnChipMemory memory : table.uncovered(spec)) {
    memories += (memories.empty() ? "" : ", ") + title(memory);
  }
  if (memories.empty()) return {};
  return "banks of " + memories +
         " are none that the energy table's memory prices were fitted to (energy.sram): a bit and "
         "a KiB cost what those of the nearest do";
}

/// What `make` returns; an InputError of it gets the place.
template <typename Make>
auto within(const std::string& place, Make&& make) {
  try {
    return make();
  } catch (const InputError& error) {
    throw error.within(place);
  }
}

ClosedForm closed_form_of(const schedule::TileProgram& program,
                          const schedule::WeightLayout& layout,
                          const models::QuantizedNetwork& network,
                          const timing::RefetchedWords& refetched) {
  ClosedForm form{.times = timing::program_times(program, layout, refetched), .counts = {}};
  form.counts = timing::static_counts(program, network, form.times, refetched);
  return form;
}

/// As if there were no flags; tiles may stand elsewhere without their words.
ClosedForm without_flags(const Plan& plan) {
  const memory::StorageScheme& scheme = plan.config.memory.scheme;
  if (!scheme.changes.any() && !scheme.columns.any()) return plan.clean;
  schedule::TileProgram program = plan.program;
  program.spec.weight_sram.flag_bits = 0;  // none of these from DRAM
  for (schedule::Tile& tile : program.tiles) tile.flag_words = 0;
  const schedule::WeightLayout layout = schedule::lay_out(program, plan.layout.spare_rows);
  return closed_form_of(program, layout, plan.network, {});
}

storage::WeightImage image_of(const Plan& plan) {
  try {
    return {plan.program, plan.weights, plan.word_path({})};
  } catch (const InputError& error) {
    throw error.within(plan.config.network.string())
        .within("memory.mitigations." + std::string(plan.config.memory.scheme.code->name));
  }
}

}  // namespace

storage::WordPath Plan::word_path(const storage::FaultFilter& acting) const {
  const memory::StorageScheme& scheme = config.memory.scheme;
  return {scheme, program.spec.weight_sram.organisation(), acting,
          scheme.clamp_weights ? storage::weight_ranges(weights)
                               : models::ByNode<storage::WeightRange>{}};
}

storage::ByReadVoltage<memory::Voltage> Plan::read_voltages(memory::Voltage supply) const {
  return reads.each([&](const ReadVoltage& voltage) { return voltage.reads(supply); });
}

ClosedForm Plan::closed_form(const timing::RefetchedWords& refetched) const {
  return closed_form_of(program, layout, network, refetched);
}

memory::Voltage Plan::error_free_voltage() const {
  return config.memory.weight_sram().profile->data().error_free_voltage;
}

const hardware::Supply& Plan::supply(const std::string& name) const {
  const hardware::Supplies& supplies = config.accelerator.supplies;
  return name.empty() ? supplies.of(hardware::OnChipMemory::kWeightSram)
                      : supplies.of_memories(name);
}

std::string Plan::unit(hardware::OnChipMemory memory) const {
  return memory::to_string(config.memory.find(memory)->profile->data().unit);
}

Plan make_plan(const config::WorkloadConfig& config) {
  Plan plan{.config = config,
            .network = models::import_network(config.network, config.input),
            .weights = {},
            .program = {},
            .layout = {},
            .image = {},
            .faults = {},
            .reads = {},
            .clean = {},
            .bare = {},
            .notes = {}};
  choose_output(config, plan.network, plan.notes);
  check_encoding(plan);
  check_mitigations(plan);
  plan.faults = select_faults(config.memory.faults, plan.network);
  plan.reads = read_voltages(config.memory, plan.network);
  plan.weights = models::clean_weights(plan.network);
  const std::string fitted =
      config.network.string() + " on accelerator '" + config.accelerator.name + "'";
  plan.program = within(fitted, [&] {
    return schedule::make_program(plan.network, with_mitigations(config, plan.network));
  });
  give_banks(config.memory, plan.network, plan.program);
  plan.layout = within(fitted, [&] {
    return schedule::lay_out(plan.program,
                             config.memory.placement ? config.memory.placement->spare_rows : 0);
  });
  plan.image = image_of(plan);
  plan.clean = plan.closed_form({});
  plan.bare = without_flags(plan);
  const std::string note = accumulator_note(plan.network, config.accelerator);
  if (!note.empty()) plan.notes.push_back(note);
  const std::string prices = sram_note(config.energy_table, plan.program.spec);
  if (!prices.empty()) plan.notes.push_back(prices);
  if (const auto& extra = config.memory.weight_sram().chip.extra_cells) {
    plan.notes.push_back(std::string("cells that a map lacks are ") +
                         (extra->chip ? "generated" : "taken for error-free") + " (extra_cells)");
  }
  return plan;
}

}  // namespace brownout::experiment

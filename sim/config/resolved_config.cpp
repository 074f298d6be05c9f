// A WorkloadConfig as key/value text for manifests, in the order of the schema.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "memory/base/text_number.hpp"
#include "sim/config/mitigations_config.hpp"
#include "sim/config/section_keys.hpp"
#include "sim/config/workload_config.hpp"
#include "sim/hardware/accelerator_keys.hpp"

namespace brownout::config {
namespace {

class Listing {
 public:
  void add(const std::string& key, std::string value) {
    entries_.emplace_back(key, std::move(value));
  }
  void add(const std::string& key, std::string_view value) { add(key, std::string(value)); }
  void add(const std::string& key, const char* value) { add(key, std::string(value)); }
  void add(const std::string& key, const std::filesystem::path& value) {
    add(key, value.generic_string());
  }
  void add(const std::string& key, int value) { add(key, std::to_string(value)); }
  void add(const std::string& key, std::uint64_t value) { add(key, std::to_string(value)); }
  void add(const std::string& key, double value) { add(key, format_double(value)); }
  template <typename T, typename Format>
  void add_list(const std::string& key, const std::vector<T>& values, Format&& format) {
    std::string text;
    for (const T& value : values) text += (text.empty() ? "" : ", ") + format(value);
    add(key, "[" + text + "]");
  }
  void add_keys(const std::string& section, const std::vector<hardware::Key>& keys) {
    for (const hardware::Key& key : keys) {
      if (std::string text = key.text(); !text.empty()) add(section + "." + key.name, text);
    }
  }

  std::vector<std::pair<std::string, std::string>> take() { return std::move(entries_); }

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
};

void list_dataset(Listing& out, const DatasetConfig& dataset) {
  const std::string key = "workload.dataset.";
  out.add(key + "format", to_string(dataset.format));
  switch (dataset.format) {
    case DatasetFormat::kMnistIdx:
      out.add(key + "images", dataset.images);
      out.add(key + "labels", dataset.labels);
      return;
    case DatasetFormat::kCifar10Binary:
    case DatasetFormat::kCifar100Binary:
      out.add_list(key + "batches", dataset.batches,
                   [](const std::filesystem::path& path) { return path.generic_string(); });
      return;
    case DatasetFormat::kNpz:
      out.add(key + "file", dataset.file);
      out.add(key + "axes", to_string(dataset.axes));
      return;
    case DatasetFormat::kImageFolder:
      out.add(key + "directory", dataset.directory);
      out.add(key + "channels", dataset.channels);
      return;
  }
}

std::string size_text(const models::ImageSize& size) {
  return "[" + std::to_string(size.height) + ", " + std::to_string(size.width) + "]";
}

void list_preprocess(Listing& out, const WorkloadConfig& config) {
  const std::string key = "workload.preprocess.";
  const models::Preprocess& preprocess = config.preprocess;
  out.add(key + "scale", preprocess.scale ? hardware::format_float(*preprocess.scale) : "default");
  out.add_list(key + "mean", preprocess.mean, hardware::format_float);
  out.add_list(key + "std", preprocess.std, hardware::format_float);
  const models::ImageFit& fit = config.dataset.image_fit;
  if (fit.shorter_side) out.add(key + "resize", *fit.shorter_side);
  if (fit.resize) out.add(key + "resize", size_text(*fit.resize));
  if (fit.crop) out.add(key + "crop", size_text(*fit.crop));
}

void list_workload(Listing& out, const WorkloadConfig& config) {
  out.add("workload.name", config.name);
  out.add("workload.task", to_string(config.task));
  if (config.task == Task::kReconstruction) out.add("workload.normal_label", config.normal_label);
  out.add("workload.network", config.network);
  if (!config.made_by.empty()) out.add("workload.made_by", config.made_by);
  if (config.input) {
    models::InputCodes input = *config.input;
    out.add_keys("workload.input", keys_of(input));
  }
  if (!config.output.empty()) out.add("workload.output", config.output);
  list_dataset(out, config.dataset);
  list_preprocess(out, config);
}

// Nothing of the default.
void list_supplies(Listing& out, const hardware::Supplies& supplies) {
  if (supplies == hardware::Supplies()) return;
  for (const hardware::Supply& supply : supplies.all()) {
    out.add_list("accelerator.supplies." + supply.name, supply.fed(),
                 [](const std::string& name) { return name; });
  }
}

void list_accelerator(Listing& out, hardware::AcceleratorSpec spec) {
  out.add_keys("accelerator", hardware::accelerator_keys(spec));
  list_supplies(out, spec.supplies);
}

void list_energy(Listing& out, const energy::EnergyTable& table) {
  out.add("energy.name", table.name());
  out.add("energy.source", table.source());
  for (const energy::Rail rail : energy::kReferenceRails) {
    out.add("energy.reference_volts." + to_string(rail), table.reference_volts(rail));
  }
  for (std::size_t i = 0; i < hardware::kEventCount; ++i) {
    energy::EventPrice price = table.price(static_cast<hardware::Event>(i));
    const std::string key = "energy.events." + std::string(hardware::kEventNames[i]);
    if (!price.by_model) {
      out.add(key + (price.per_bit ? ".joules_per_bit" : ".joules_per_event"), price.joules);
    }
    out.add_keys(key, keys_of(price.provenance));
  }
  for (std::size_t i = 0; i < energy::kLeakerCount; ++i) {
    energy::LeakagePrice price = table.price(static_cast<energy::Leaker>(i));
    const energy::LeakageUnit& unit = energy::kLeakageUnits[i];
    const std::string key = "energy.leakage." + std::string(unit.name);
    if (!price.by_model) out.add(key + "." + std::string(unit.watts_key), price.watts);
    out.add_keys(key, keys_of(price.provenance));
  }
  const auto list_optional = [&](const std::string& section, auto laws) {
    if (laws) out.add_keys(section, keys_of(*laws));
  };
  list_optional("energy.sram", table.sram());
  list_optional("energy.temperature", table.temperature());
  list_optional("energy.clock", table.clock());
}

std::string row_text(const memory::ProfileRow& row) {
  std::string text = "{voltage: " + row.voltage.text() + ", ber: " + format_double(row.ber);
  if (row.access_energy) text += ", access_energy: " + format_double(*row.access_energy);
  if (row.leakage) text += ", leakage: " + format_double(*row.leakage);
  return text + "}";
}

void list_profile(Listing& out, const std::string& key, memory::VoltageProfileData data) {
  out.add_keys(key, keys_of(data));
  out.add_list(key + ".rows", data.rows, row_text);
}

void list_faults(Listing& out, const FaultsConfig& faults) {
  if (faults.layers.empty()) {
    out.add("memory.faults.layers", "all");
  } else {
    out.add_list("memory.faults.layers", faults.layers,
                 [](const std::string& name) { return name; });
  }
  if (faults.bits.empty()) {
    out.add("memory.faults.bits", "all");
  } else {
    out.add_list("memory.faults.bits", faults.bits, [](int bit) { return std::to_string(bit); });
  }
  out.add("memory.faults.polarity", to_string(faults.polarity));
}

// What is laid over a chip; nothing of a chip without.
void list_layers(Listing& out, const std::string& key, const ChipConfig& chip) {
  if (chip.defects) {
    out.add(key + ".defects.rate", chip.defects->rate);
    out.add(key + ".defects.stuck_at_0_share", chip.defects->stuck_at_0_share);
    out.add(key + ".defects.polarity", to_string(chip.defects->polarity));
    if (chip.measured()) out.add(key + ".seed", chip.seed);
  }
  if (!chip.stack.empty()) {
    out.add_list(key + ".stack", chip.stack,
                 [](const std::filesystem::path& map) { return map.generic_string(); });
  }
}

void list_parameters(Listing& out, const std::string& key, const ChipConfig& chip) {
  const std::vector<memory::GeneratorParameter> own =
      chip.measured() ? std::vector<memory::GeneratorParameter>{} : chip.generator->parameters;
  for (const memory::GeneratorParameter& parameter : memory::with_bitlines(own)) {
    const auto value = chip.parameters.find(parameter.name);
    if (value == chip.parameters.end()) continue;  // an optional one, not given
    out.add(key + "." + std::string(parameter.name), value->second);
  }
}

void list_maps(Listing& out, const std::string& key, const ChipConfig& chip) {
  const MapPlacement& placement = chip.placement;
  std::vector<std::filesystem::path> maps;  // each once
  for (std::size_t i = 0; i < chip.maps.size(); i += placement.offsets.size()) {
    maps.push_back(chip.maps[i]);
  }
  if (maps.size() == 1) {
    out.add(key + ".map", maps.front());
  } else {
    out.add_list(key + ".map", maps,
                 [](const std::filesystem::path& map) { return map.generic_string(); });
  }
  for (const auto& [name, value] : chip.import.values()) {
    out.add(chip.import.spelled(name), memory::to_string(value));
  }
  out.add(key + ".fold", placement.fold ? to_string(*placement.fold) : "none");
  out.add_list(key + ".offsets", placement.offsets, [](const memory::CellAddress& offset) {
    return "[" + std::to_string(offset.bank) + ", " + std::to_string(offset.row) + ", " +
           std::to_string(offset.column) + "]";
  });
  out.add(key + ".shift", memory::Voltage::from_micro(placement.shift_micro).text());
}

void list_chip(Listing& out, const std::string& key, const ChipConfig& chip) {
  if (chip.measured()) {
    list_maps(out, key, chip);
    list_parameters(out, key, chip);
    if (chip.extra_cells) {
      const auto& extra = chip.extra_cells->chip;
      out.add(key + ".extra_cells", extra ? "generated" : "error_free");
      if (extra) list_chip(out, key + ".extra_cells", *extra);
    }
  } else {
    out.add(key + ".generator", chip.generator->name);
    list_parameters(out, key, chip);
    out.add(key + ".kind", chip.mixture.stuck ? "stuck" : "flip");
    out.add(key + ".stuck_at_0_share", chip.mixture.stuck_at_0_share);
    out.add(key + ".polarity", to_string(chip.mixture.polarity));
    if (chip.sigma_read != 0) out.add(key + ".sigma_read", chip.sigma_read);
    out.add(key + ".seed", chip.seed);
  }
  list_layers(out, key, chip);
}

void list_protected_msbs(Listing& out, const std::string& key, const ProtectedMsbs& msbs) {
  out.add(key + ".bits", msbs.bits);
  out.add(key + ".energy", msbs.costs.energy);
  out.add(key + ".leakage", msbs.costs.leakage);
  out.add(key + ".area", msbs.costs.area);
  list_profile(out, key + ".profile", msbs.cells.profile->data());
  list_chip(out, key + ".chip", msbs.cells.chip);
}

/// Of a change of words, or of what `name` may be per in their place.
void list_flags(Listing& out, const std::string& key, std::string_view name,
                const memory::StorageScheme& scheme) {
  const bool of_column = name == "sign_flip" && scheme.columns.sign_flip;
  const bool of_slice = name == "bit_flip" && scheme.columns.bit_flip;
  if (name != "rotate") out.add(key + ".per", of_column ? "column" : of_slice ? "slice" : "word");
  if (!of_column && !of_slice) out.add(key + ".flags", to_string(scheme.flag_cells()));
}

void list_mitigations(Listing& out, const MemoryConfig& memory) {
  const std::string key = "memory.mitigations";
  out.add_list(key, memory.mitigations, [](const std::string& name) { return name; });
  const memory::StorageScheme& scheme = memory.scheme;
  if (scheme.code->name != "none") {
    const std::string code = key + "." + std::string(scheme.code->name);
    out.add(code + ".on_uncorrectable", to_string(scheme.on_uncorrectable));
    if (scheme.codeword_bits != 0)
      out.add(code + ".data_bits", std::uint64_t{scheme.codeword_bits});
  }
  if (memory.placement) {
    out.add(key + ".fault_aware_placement.spare_rows", memory.placement->spare_rows);
  }
  const memory::SpareLines& spares = memory.spares;
  for (const auto& [name, lines] :
       {std::pair{".spare_columns", spares.columns}, std::pair{".spare_rows", spares.rows}}) {
    if (lines == 0) continue;
    out.add(key + name + ".per_bank", std::uint64_t{lines});
  }
  if (memory.clamp_images) out.add(key + ".clamp_activations.images", *memory.clamp_images);
  if (memory.boost) {
    for (const BoostedReads::Layer& layer : memory.boost->layers) {
      out.add(key + ".boost.layers." + layer.name, layer.voltage.text());
    }
    out.add(key + ".boost.efficiency", memory.boost->efficiency);
  }
  if (memory.bank_supply) {
    out.add(key + ".bank_supply.banks", memory.bank_supply->banks);
    out.add(key + ".bank_supply.voltage", memory.bank_supply->voltage.text());
    out.add_list(key + ".bank_supply.layers", memory.bank_supply->layers,
                 [](const std::string& name) { return name; });
  }
  if (memory.protected_msbs)
    list_protected_msbs(out, key + ".protected_msbs", *memory.protected_msbs);
  for (const Mitigation& mitigation : mitigations()) {
    const std::string name(mitigation.name);
    if (std::count(memory.mitigations.begin(), memory.mitigations.end(), name) == 0) continue;
    if (mitigation.knows_cells) {
      out.add(key + "." + name + ".program_at",
              memory.program_at ? memory.program_at->text() : "the operating voltage");
    }
    if (mitigation.has_flags) list_flags(out, key + "." + name, name, scheme);
  }
}

void list_memory(Listing& out, const MemoryConfig& memory) {
  for (const auto& [which, faulty] : memory.memories) {
    list_profile(out, key_of(which) + ".profile", faulty.profile->data());
    list_chip(out, key_of(which) + ".chip", faulty.chip);
  }
  list_faults(out, memory.faults);
  out.add("memory.encoding", to_string(memory.scheme.encoding));
  list_mitigations(out, memory);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> resolved_configuration(
    const WorkloadConfig& config) {
  Listing out;
  list_workload(out, config);
  list_accelerator(out, config.accelerator);
  list_energy(out, config.energy_table);
  list_memory(out, config.memory);
  for (const SupplyPoint& point : config.operating_point.supplies) {
    out.add("operating_point." + point.supply.name, point.voltage.text());
  }
  out.add("operating_point." + config.accelerator.supplies.logic().name,
          config.operating_point.logic_volts);
  out.add("sweep.rail", config.sweep.supply.name);
  out.add_list("sweep.voltages", config.sweep.voltages,
               [](memory::Voltage voltage) { return voltage.text(); });
  SweepConfig sweep = config.sweep;
  out.add_keys("sweep", keys_of(sweep));
  RunConfig run = config.run;
  out.add_keys("run", keys_of(run));
  return out.take();
}

}  // namespace brownout::config

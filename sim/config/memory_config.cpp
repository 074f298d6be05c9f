// The YAML keys of memory profiles and of a workload's `memory`.
#include "sim/config/memory_config.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "memory/read_noise.hpp"
#include "sim/config/document.hpp"
#include "sim/config/keys.hpp"
#include "sim/config/mitigations_config.hpp"
#include "sim/config/section_keys.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::config {
namespace {

using hardware::OnChipMemory;

constexpr std::array<std::string_view, 2> kFaultKinds = {"flip", "stuck"};
constexpr std::array<std::string_view, 2> kExtraCells = {"error_free", "generated"};

memory::ProfileRow read_row(const Value& value) {
  const MapReader map(value, {"voltage", "ber", "access_energy", "leakage"});
  memory::ProfileRow row;
  map.read_required("voltage", row.voltage);
  map.read_required("ber", row.ber);
  map.read("access_energy", row.access_energy);
  map.read("leakage", row.leakage);
  return row;
}

double read_share(const Value& value) {
  double share = 0;
  convert(value, share);
  if (!(share >= 0 && share <= 1)) fail(value, value.text + " is not in 0..1");
  return share;
}

// `generator` before its keys are known: which they are is for it to say.
const memory::Generator& read_generator(const Value& value) {
  return *read_text(value, [](const std::string& name) { return &memory::find_generator(name); });
}

void read_parameter(const MapReader& map, const memory::GeneratorParameter& parameter,
                    memory::GeneratorValues& values) {
  using When = memory::GeneratorParameter::When;
  const bool given = map.find(parameter.name) != nullptr;
  if (!given && parameter.when == When::kOptional) return;
  double value = 0;
  if (parameter.when == When::kRequired) {
    map.read_required(parameter.name, value);
  } else {
    map.read(parameter.name, value);
  }
  if (given) at_place_of(map.value(), [&] { parameter.check(value); });
  values.emplace(parameter.name, value);
}

void read_polarity(const MapReader& map, memory::Polarity& polarity) {
  if (const Value* found = map.find("polarity")) {
    polarity = read_text(*found, memory::parse_polarity);
  }
}

FaultyMemory read_faulty_memory(const Value& value) {
  const MapReader map(value, {"profile", "chip"});
  FaultyMemory memory;
  memory.profile = read_memory_profile(map.require("profile"));
  if (const Value* chip = map.find("chip")) memory.chip = read_chip(*chip);
  return memory;
}

memory::DefectRate read_defects(const Value& value) {
  const MapReader map(value, {"rate", "stuck_at_0_share", "polarity"});
  memory::DefectRate defects{.rate = read_share(map.require("rate"))};
  if (const Value* share = map.find("stuck_at_0_share")) {
    defects.stuck_at_0_share = read_share(*share);
  }
  read_polarity(map, defects.polarity);
  return defects;
}

// Without a look at anything else: which keys a chip has depends on it.
bool says_bitline(const Value* map) {
  const Value* polarity =
      map != nullptr && map->kind == Value::Kind::kMap ? map->find("polarity") : nullptr;
  return polarity != nullptr && polarity->text == memory::to_string(memory::Polarity::kBitline);
}

// Parameters of the generator, and of the bitlines where something has the polarity of its bitline.
std::vector<memory::GeneratorParameter> parameters_of(const memory::Generator* generator,
                                                      const Value& chip) {
  std::vector<memory::GeneratorParameter> own;
  if (generator != nullptr) own = generator->parameters;
  const bool polar = says_bitline(&chip) || says_bitline(chip.find("defects"));
  return polar ? memory::with_bitlines(std::move(own)) : own;
}

// What any chip may have on top of its own faults, its parameters already read.
void read_layers(const MapReader& map, ChipConfig& chip) {
  chip.mixture.bitlines = memory::bitline_layout(chip.parameters);
  if (const Value* defects = map.find("defects")) {
    chip.defects = read_defects(*defects);
    chip.defects->bitlines = chip.mixture.bitlines;
  }
  if (const Value* stack = map.find("stack")) {
    for (const Value& file : items_of(*stack)) chip.stack.push_back(existing_file(file));
  }
}

void read_sigma_read(const MapReader& map, ChipConfig& chip) {
  map.read("sigma_read", chip.sigma_read);
  at_place_of(map.value(), [&] { memory::check_sigma_read(chip.sigma_read); });
}

/// A word, or the keys of generated cells.
ExtraCells read_extra_cells(const Value& value) {
  if (value.kind != Value::Kind::kMap) {
    const bool generated = read_word(value, kExtraCells) == 1;
    return {generated ? std::make_shared<const ChipConfig>() : nullptr};
  }
  ChipConfig chip = read_chip(value);
  if (chip.measured() || chip.defects || !chip.stack.empty()) {
    fail(value, "extra cells are generated: maps, stack and defects are those of the chip");
  }
  return {std::make_shared<const ChipConfig>(std::move(chip))};
}

ChipConfig read_measured_chip(const Value& value) {
  for (const char* key : {"generator", "kind", "stuck_at_0_share", "polarity", "sigma_read"}) {
    if (value.find(key) == nullptr) continue;
    fail(value,
         "a chip has either a map or a generator with its parameters, kind, stuck_at_0_share, "
         "polarity, sigma_read");
  }
  std::vector<std::string_view> keys = {"map",   "import",  "fold", "offsets",    "shift",
                                        "stack", "defects", "seed", "extra_cells"};
  const std::vector<memory::GeneratorParameter> parameters = parameters_of(nullptr, value);
  for (const auto& parameter : parameters) keys.push_back(parameter.name);
  const MapReader map(value, keys);
  ChipConfig chip;
  for (const auto& parameter : parameters) read_parameter(map, parameter, chip.parameters);
  chip.placement = read_map_placement(map);
  const Value* import = map.find("import");
  chip.import = import != nullptr ? read_map_import(*import) : no_map_import(value.path);
  for (const std::filesystem::path& path : map_files(map.require("map"))) {
    chip.maps.insert(chip.maps.end(), chip.placement.offsets.size(), path);
  }
  if (const Value* extra = map.find("extra_cells")) chip.extra_cells = read_extra_cells(*extra);
  read_layers(map, chip);
  if (const Value* seed = map.find("seed"); seed != nullptr && !chip.defects) {
    fail(*seed, "a map draws nothing without defects");
  }
  map.read("seed", chip.seed);
  return chip;
}

}  // namespace

std::shared_ptr<const memory::VoltageProfile> read_memory_profile(const Value& profile) {
  memory::VoltageProfileData data;
  read_keys(profile, keys_of(data));
  for (const Value& row : items_of(*profile.find("rows"))) data.rows.push_back(read_row(row));
  return at_place_of(
      profile, [&] { return std::make_shared<const memory::VoltageProfile>(std::move(data)); });
}

MemoryFile load_memory_file(const std::filesystem::path& path) {
  const Document file = assemble_memory(path);
  const MapReader map(file.root, {"memory_profile", "chip"});
  MemoryFile memory{.profile = read_memory_profile(map.require("memory_profile")), .chip = {}};
  if (const Value* chip = map.find("chip")) memory.chip = read_chip(*chip);
  return memory;
}

std::shared_ptr<const memory::VoltageProfile> load_memory_profile(
    const std::filesystem::path& path) {
  return load_memory_file(path).profile;
}

ChipConfig read_chip(const Value& value) {
  if (value.find("map") != nullptr) return read_measured_chip(value);
  ChipConfig chip;
  std::vector<std::string_view> keys = {"map",      "generator", "kind",  "stuck_at_0_share",
                                        "polarity", "seed",      "stack", "defects"};
  const Value* name = value.find("generator");
  if (name != nullptr) chip.generator = &read_generator(*name);
  const std::vector<memory::GeneratorParameter> parameters = parameters_of(chip.generator, value);
  for (const auto& parameter : parameters) keys.push_back(parameter.name);
  keys.push_back("sigma_read");
  const MapReader map(value, keys);
  for (const auto& parameter : parameters) read_parameter(map, parameter, chip.parameters);
  if (const Value* kind = map.find("kind")) chip.mixture.stuck = read_word(*kind, kFaultKinds) == 1;
  if (const Value* share = map.find("stuck_at_0_share")) {
    chip.mixture.stuck_at_0_share = read_share(*share);
  }
  read_polarity(map, chip.mixture.polarity);
  read_sigma_read(map, chip);
  read_layers(map, chip);
  at_place_of(value, [&] { chip.mixture.validate(); });
  map.read("seed", chip.seed);
  return chip;
}

const FaultyMemory* MemoryConfig::find(hardware::OnChipMemory memory) const {
  const auto found = memories.find(memory);
  return found == memories.end() ? nullptr : &found->second;
}

std::size_t MemoryConfig::map_count() const {
  std::size_t count = 0;
  for (const auto& [which, memory] : memories) {
    if (!memory.chip.measured()) continue;
    const std::size_t maps = memory.chip.maps.size();
    count = count == 0 ? maps : std::min(count, maps);
  }
  return count;
}

std::string key_of(hardware::OnChipMemory memory) {
  return memory == hardware::OnChipMemory::kWeightSram ? "memory"
                                                       : "memory." + hardware::to_string(memory);
}

MemoryConfig read_memory(const Value& memory) {
  const MapReader map(memory, {"profile", "chip", "faults", "encoding", "mitigations",
                               "activation_sram", "accumulator"});
  MemoryConfig config;
  for (const OnChipMemory which : {OnChipMemory::kActivationSram, OnChipMemory::kAccumulator}) {
    if (const Value* found = map.find(hardware::to_string(which))) {
      config.memories.emplace(which, read_faulty_memory(*found));
    }
  }
  FaultyMemory& weights = config.memories[OnChipMemory::kWeightSram];
  weights.profile = read_memory_profile(map.require("profile"));
  if (const Value* chip = map.find("chip")) weights.chip = read_chip(*chip);
  if (const Value* faults = map.find("faults")) config.faults = read_faults(*faults);
  if (const Value* encoding = map.find("encoding")) {
    config.scheme.encoding = read_text(*encoding, memory::parse_encoding);
  }
  if (const Value* mitigations = map.find("mitigations")) read_mitigations(*mitigations, config);
  return config;
}

}  // namespace brownout::config

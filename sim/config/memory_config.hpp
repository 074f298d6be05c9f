// The memories that may fail: voltage profiles, chips; how weights are stored.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "memory/generators/defect_map.hpp"
#include "memory/generators/generators.hpp"
#include "memory/repair/spare_lines.hpp"
#include "memory/storage_scheme.hpp"
#include "memory/voltage_profile.hpp"
#include "sim/config/faults_config.hpp"
#include "sim/config/map_files.hpp"
#include "sim/config/map_placement.hpp"
#include "sim/config/yaml_value.hpp"
#include "sim/hardware/accelerator_spec.hpp"

namespace brownout::config {

struct ChipConfig;

/// What stands in for cells that a map lacks: of check bits, flags and spare lines.
struct ExtraCells {
  std::shared_ptr<const ChipConfig> chip;  ///< a generated one that they are of; none: error-free
};

/// Where the faults of chips come from: map files of measured dies, or a generator.
struct ChipConfig {
  /// Chip k is of maps[k], which stands once for each offset; none: chips are generated.
  std::vector<std::filesystem::path> maps;
  memory::MapImport import = no_map_import("memory.chip");  ///< of the maps
  MapPlacement placement;                                   ///< of the maps
  std::optional<ExtraCells> extra_cells;                    ///< nothing: maps must have all cells
  const memory::Generator* generator = &memory::find_generator("iid");  ///< never null
  /// Complete; with those of the bitlines where something has the polarity of its bitline.
  memory::GeneratorValues parameters;
  memory::FaultMixture mixture;               ///< of generated chips
  double sigma_read = 0;                      ///< read noise of generated chips; a map has its own
  std::optional<memory::DefectRate> defects;  ///< of every chip
  std::vector<std::filesystem::path> stack;   ///< map files laid over every chip and its defects
  std::uint64_t seed = 0;                     ///< chip k and its defects draw from hash(seed, k)

  bool measured() const { return !maps.empty(); }
};

/// A memory that may fail.
struct FaultyMemory {
  std::shared_ptr<const memory::VoltageProfile> profile;
  ChipConfig chip;
};

struct RowPlacement {
  int spare_rows = 0;  ///< places beyond its rows that each tile may choose from
};

/// Bits of weights in cells of another kind.
struct ProtectedMsbs {
  int bits = 2;  ///< the top ones of a lane
  FaultyMemory cells;
  /// An 8T cell takes about 1.3 times the area of a 6T one; that energy and leakage go with it is
  /// an assumption.
  hardware::CellCosts costs = {.energy = 1.3, .leakage = 1.3, .area = 1.3};
};

/// Layers whose weights are read at a higher voltage than the supply's.
struct BoostedReads {
  struct Layer {
    std::string name;
    memory::Voltage voltage;  ///< at least, of its reads
    std::string place;        ///< "FILE:LINE: key", for errors
  };
  std::vector<Layer> layers;  ///< not empty
  double efficiency = 1;      ///< share of a boosted access's energy that the booster passes on
};

/// The last banks of the weight SRAM on a supply of their own, for the weights of some layers.
struct BankSupply {
  int banks = 1;
  memory::Voltage voltage;
  std::vector<std::string> layers;
  std::string place;  ///< "FILE:LINE: key", for errors
};

struct MemoryConfig {
  /// The weight SRAM, and whatever else is given a profile; the others are error-free.
  std::map<hardware::OnChipMemory, FaultyMemory> memories;
  FaultsConfig faults;                               ///< of weights
  memory::StorageScheme scheme;                      ///< of weights
  std::vector<std::string> mitigations;              ///< names of those that act
  memory::SpareLines spares;                         ///< of the weight SRAM
  std::optional<ProtectedMsbs> protected_msbs = {};  ///< of weights
  /// Of the weight SRAM: the voltage at which its failing cells are known when words are written
  /// and lines repaired; nothing: the one at which they are read.
  std::optional<memory::Voltage> program_at = {};

  /// Rows of tiles stand where known failing cells hurt least; nothing: in their order.
  std::optional<RowPlacement> placement = {};
  std::optional<BoostedReads> boost = {};  ///< of weights
  std::optional<BankSupply> bank_supply = {};
  /// Activations are clamped to their ranges on so many images; nothing: they are not.
  std::optional<int> clamp_images = {};

  /// nullptr: that memory is error-free.
  const FaultyMemory* find(hardware::OnChipMemory memory) const;
  const FaultyMemory& weight_sram() const {
    return memories.at(hardware::OnChipMemory::kWeightSram);
  }
  /// Chips that can be made where memories have maps: chip k takes map k of each. 0: any number.
  std::size_t map_count() const;
};

/// "memory", "memory.activation_sram": where the keys of a memory stand.
std::string key_of(hardware::OnChipMemory memory);

/// A file of configs/memories: how the memory behaves and, where it says so, what its chips are.
struct MemoryFile {
  std::shared_ptr<const memory::VoltageProfile> profile;
  std::optional<ChipConfig> chip;
};

MemoryFile load_memory_file(const std::filesystem::path& path);
/// Its profile alone.
std::shared_ptr<const memory::VoltageProfile> load_memory_profile(
    const std::filesystem::path& path);

/// The map below the key `memory_profile`.
std::shared_ptr<const memory::VoltageProfile> read_memory_profile(const Value& profile);
/// The map below `memory.chip`, or `chip` of a memory file.
ChipConfig read_chip(const Value& chip);
/// The map below `memory`, its profile already put in place of the path.
MemoryConfig read_memory(const Value& memory);

}  // namespace brownout::config

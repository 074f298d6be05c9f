// The accelerator as plain validated values: what a YAML file describes, without YAML.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "memory/column_changes.hpp"
#include "memory/repair/mixed_fault_map.hpp"
#include "memory/repair/spare_lines.hpp"
#include "memory/sram_macro.hpp"
#include "models/arithmetic/arithmetic.hpp"
#include "sim/hardware/on_chip_memory.hpp"
#include "sim/hardware/supply.hpp"

namespace brownout::hardware {

/// Where weight tiles live in the weight SRAM.
enum class Placement {
  kResident,         ///< every tile has its own words; loading them is setup
  kStreaming,        ///< a ring, restarted at every inference
  kRestartPerLayer,  ///< a ring, restarted at every layer
};

inline constexpr std::array<std::string_view, 3> kPlacementNames = {"resident", "streaming",
                                                                    "restart_per_layer"};

std::string to_string(Placement placement);

/// What stands in the array while the rest streams through it; sim/schedule/tile_program.hpp has
/// the axes.
inline constexpr std::string_view kDataflow = "weight stationary";

struct ArraySpec {
  int rows = 32;     ///< the K dimension of a fold
  int columns = 32;  ///< the N dimension of a fold
};

struct AccumulatorSpec {
  int bits = 32;
  int depth = 4096;  ///< entries per column and half (the accumulators are double-buffered)
  models::Overflow overflow = models::Overflow::kWrap;  ///< of sums
};

/// What a cell of another kind costs, in cells of the usual one.
struct CellCosts {
  double energy = 1;  ///< of its bit in an access
  double leakage = 1;
  double area = 1;
};

struct SramSpec {
  int capacity_kib = 128;
  int banks = 8;
  int word_bits = 32;
  int column_mux = 4;
  /// Of every word, as its mitigations have them: bits beside the data, of which the last are flags
  /// that travel with the word, and two-input XORs that a read and a write cost.
  int check_bits = 0, flag_bits = 0, decoder_xors = 0, encoder_xors = 0;
  memory::ColumnChanges column_changes = {};  ///< likewise: their flags are words of each tile
  memory::SpareLines spares = {};             ///< likewise
  memory::ProtectedBits protected_bits = {};  ///< likewise
  CellCosts protected_costs = {};             ///< of cells of these

  /// Throws InputError when the fields do not fit together.
  memory::SramOrganisation organisation() const;
  /// The cells that there are, those of spare lines included.
  memory::SramGeometry cells() const { return spares.around(organisation().geometry()); }
  /// Bits that an access pays for: of the column_mux columns that share a bit, a spare one adds
  /// its part, and a protected one what its cell costs.
  double access_bits() const;
  /// KiB of usual cells that leak as much as all of them do.
  double leaking_kib() const { return kib_of_cells(protected_costs.leakage); }
  /// KiB of usual cells that take as much area.
  double area_kib() const { return kib_of_cells(protected_costs.area); }
  std::int64_t capacity_bytes() const { return std::int64_t{capacity_kib} * 1024; }

 private:
  double bits_of_word(double protected_bit) const;
  double kib_of_cells(double protected_bit) const;
};

struct DramSpec {
  int bytes_per_cycle = 8;
  int latency_cycles = 100;
  int burst_bytes = 64;
};

/// A weight-stationary systolic array with its memories; accelerator_keys.hpp has the limits.
struct AcceleratorSpec {
  std::string name = "accelerator";
  double clock_hz = 500e6;
  ArraySpec array;
  bool weight_prefetch = false;
  AccumulatorSpec accumulator;
  SramSpec weight_sram;
  SramSpec activation_sram{.capacity_kib = 256, .banks = 8, .word_bits = 64, .column_mux = 4};
  Placement placement = Placement::kResident;
  int vector_lanes = 32;
  DramSpec dram;
  Supplies supplies;
};

/// Words on cells. The accumulators: a bank per column of the array, a row per entry m, on which
/// the entries of both halves lie bit by bit beside each other.
memory::SramOrganisation organisation(const AcceleratorSpec& spec, OnChipMemory memory);

/// Throws InputError whose text starts with the key below `accelerator`, e.g.
/// "array.rows: 0 is not in 1..1024".
void validate(const AcceleratorSpec& spec);

}  // namespace brownout::hardware

// The accelerator as plain validated values: what a YAML file describes, without YAML.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

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

struct SramSpec {
  int capacity_kib = 128;
  int banks = 8;
  int word_bits = 32;
  int column_mux = 4;
  /// Of every word, as its mitigations have them: bits beside the data, of which the last are flags
  /// that travel with the word, and two-input XORs that a read and a write cost.
  int check_bits = 0, flag_bits = 0, decoder_xors = 0, encoder_xors = 0;

  /// Throws InputError when the fields do not fit together.
  memory::SramOrganisation organisation() const;
  std::int64_t capacity_bytes() const { return std::int64_t{capacity_kib} * 1024; }
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

// What happened in a run, as integers: the events that cost energy. Never joules.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace brownout::hardware {

/// Every event that an energy table prices, in the order of kEventNames.
enum class Event : std::uint8_t {
  kMacActive,            ///< multiply-accumulate with a nonzero activation (x != zero point)
  kMacGated,             ///< multiply-accumulate that a zero activation gates
  kPeIdleCycle,          ///< a PE is clocked without a multiply-accumulate
  kActivationShift,      ///< an activation moves one PE to the right
  kPsumShift,            ///< a partial sum moves one PE down
  kWeightRegisterWrite,  ///< a PE takes a weight
  kWeightSramRead,       ///< a word
  kWeightSramWrite,      ///< a word
  kActivationSramRead,   ///< a byte
  kActivationSramWrite,  ///< a byte
  kAccumulatorRead,      ///< an entry
  kAccumulatorWrite,     ///< an entry
  kVectorOp,             ///< an element through the vector unit
  kParameterRead,        ///< a byte of biases, multipliers, lookup tables, constants
  kDramRead,             ///< a byte
  kDramWrite,            ///< a byte
  kCodeXor,              ///< a two-input XOR of the encoder or decoder of a word code
  kCount
};

inline constexpr std::size_t kEventCount = static_cast<std::size_t>(Event::kCount);

/// Bytes of kParameterRead per output channel: an int32 bias and a multiplier, float32 or a 31-bit
/// mantissa whose shift is not counted.
inline constexpr std::uint64_t kParameterBytes = 8;

/// Stages of the pipeline of the vector unit that makes a group's mean and 1 / sqrt(variance +
/// epsilon) of its sums; it takes a group a cycle, and each stage does one operation.
inline constexpr int kStatisticsStages = 16;

/// The names that energy tables and reports use.
inline constexpr std::array<std::string_view, kEventCount> kEventNames = {"mac_active",
                                                                          "mac_gated",
                                                                          "pe_idle_cycle",
                                                                          "activation_shift",
                                                                          "psum_shift",
                                                                          "weight_register_write",
                                                                          "weight_sram_read",
                                                                          "weight_sram_write",
                                                                          "activation_sram_read",
                                                                          "activation_sram_write",
                                                                          "accumulator_read",
                                                                          "accumulator_write",
                                                                          "vector_op",
                                                                          "parameter_read",
                                                                          "dram_read",
                                                                          "dram_write",
                                                                          "code_xor"};

/// True for counts that depend on the activations' values: they need an execution, the closed form
/// knows only their sum.
constexpr bool is_data_dependent(Event event) {
  return event == Event::kMacActive || event == Event::kMacGated;
}

/// Counts of one layer, one inference or a whole run.
struct EventCounts {
  std::array<std::uint64_t, kEventCount> counts{};

  std::uint64_t& operator[](Event event) { return counts[static_cast<std::size_t>(event)]; }
  std::uint64_t operator[](Event event) const { return counts[static_cast<std::size_t>(event)]; }
  EventCounts& operator+=(const EventCounts& other) {
    for (std::size_t i = 0; i < kEventCount; ++i) counts[i] += other.counts[i];
    return *this;
  }
  bool operator==(const EventCounts&) const = default;
};

}  // namespace brownout::hardware

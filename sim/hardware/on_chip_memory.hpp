// The on-chip memories whose cells may fail, and their names.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace brownout::hardware {

enum class OnChipMemory : std::uint8_t { kWeightSram, kActivationSram, kAccumulator };

inline constexpr std::array kOnChipMemories = {
    OnChipMemory::kWeightSram, OnChipMemory::kActivationSram, OnChipMemory::kAccumulator};

/// As keys have it: weight_sram, activation_sram, accumulator.
std::string to_string(OnChipMemory memory);
/// As reports have it: "weight SRAM", "activation SRAM", "accumulators".
std::string title(OnChipMemory memory);
/// Throws InputError that lists the memories.
OnChipMemory parse_on_chip_memory(std::string_view name);

/// A value per memory.
template <typename T>
struct PerMemory {
  std::array<T, kOnChipMemories.size()> values{};

  T& operator[](OnChipMemory memory) { return values[static_cast<std::size_t>(memory)]; }
  const T& operator[](OnChipMemory memory) const {
    return values[static_cast<std::size_t>(memory)];
  }
};

/// A sum's place in the accumulators: an entry of the column of one of the two halves.
struct AccumulatorEntry {
  int half = 0;
  int column = 0;
  std::int64_t entry = 0;
};

/// The word of the accumulators (organisation, accelerator_spec.hpp) that holds it.
constexpr std::uint64_t accumulator_word(const AccumulatorEntry& sum, int columns) {
  return (static_cast<std::uint64_t>(sum.entry) * 2 + static_cast<unsigned>(sum.half)) *
             static_cast<unsigned>(columns) +
         static_cast<unsigned>(sum.column);
}

}  // namespace brownout::hardware

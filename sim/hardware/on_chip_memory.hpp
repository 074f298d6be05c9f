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

/// The word of the accumulators (organisation, accelerator_spec.hpp) that holds entry m of a half's
/// column.
constexpr std::uint64_t accumulator_word(int columns, int half, int column, std::int64_t m) {
  return (static_cast<std::uint64_t>(m) * 2 + static_cast<unsigned>(half)) *
             static_cast<unsigned>(columns) +
         static_cast<unsigned>(column);
}

}  // namespace brownout::hardware

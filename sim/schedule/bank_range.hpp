// Which banks of the weight SRAM hold a layer's words, and where in the SRAM these then are.
#pragma once

#include <cstdint>
#include <optional>

namespace brownout::schedule {

/// Neighbouring banks, of all that word `a` of the SRAM stands in bank `a mod all`
/// (memory::SramOrganisation). Their own words are counted along them, too.
struct BankRange {
  std::uint32_t first = 0, count = 1, all = 1;

  /// In the SRAM, of a word of these banks.
  std::uint64_t address(std::uint64_t word) const {
    return count == all ? word : word / count * all + first + word % count;
  }
  /// The other way; nothing where the address is in another bank.
  std::optional<std::uint64_t> word(std::uint64_t address) const {
    if (count == all) return address;
    const std::uint64_t bank = address % all;
    if (bank < first || bank - first >= count) return {};
    return address / all * count + bank - first;
  }
  bool operator==(const BankRange&) const = default;
};

}  // namespace brownout::schedule

// Supplies: named rails, each with one voltage for all that it feeds. A memory has a profile and
// faults; the voltage is its supply's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/hardware/on_chip_memory.hpp"

namespace brownout::hardware {

/// What supplies may feed, as keys have it: the memories' names, and this.
inline constexpr std::string_view kLogicName = "logic";

/// Feeds memories, or the logic (array and vector unit).
struct Supply {
  std::string name;
  std::vector<OnChipMemory> memories = {};
  bool logic = false;

  /// Adds what it feeds, by its name. Throws InputError that lists what there is.
  void feed(std::string_view what);
  bool feeds(OnChipMemory memory) const;
  /// Of what it feeds.
  std::vector<std::string> fed() const;
  /// Its own name, then those of what it feeds: each may stand for it.
  std::vector<std::string> names() const;
  bool operator==(const Supply&) const = default;
};

/// All supplies of a chip: each memory and the logic are on exactly one. The DRAM has its own.
class Supplies {
 public:
  /// One for each memory and one for the logic, with their names.
  Supplies() : Supplies(std::vector<Supply>{}) {}
  /// These, then one for each that they leave out. Throws InputError "NAME: what is wrong":
  /// a supply that feeds nothing, or logic and memories; what is on two; a name that is none, or
  /// that belongs to another.
  explicit Supplies(std::vector<Supply> given);

  const std::vector<Supply>& all() const { return supplies_; }
  const Supply& of(OnChipMemory memory) const;
  const Supply& logic() const;
  /// The one of this name, or of this memory. Throws InputError that lists those that feed
  /// memories.
  const Supply& of_memories(std::string_view name) const;
  bool operator==(const Supplies&) const = default;

 private:
  std::vector<Supply> supplies_;
};

}  // namespace brownout::hardware

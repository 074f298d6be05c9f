#include "sim/hardware/supply.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "memory/base/input_error.hpp"

namespace brownout::hardware {
namespace {

constexpr std::string_view kDramName = "dram";

[[noreturn]] void refuse(const Supply& supply, const std::string& text) {
  throw InputError(supply.name, text);
}

// Names are parts of keys and fields of CSV files.
bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

void check_alone(const Supply& supply) {
  if (!is_name(supply.name)) {  // and so no key either
    throw InputError(supply.name + ": a name is made of a-z, 0-9 and _");
  }
  if (supply.memories.empty() && !supply.logic) refuse(supply, "feeds nothing");
  if (!supply.memories.empty() && supply.logic) {
    refuse(supply, "feeds logic and memories; logic, whose voltage changes no value, has its own");
  }
}

// The name of a memory, of the logic or the DRAM says what is on the supply.
void check_name(const Supply& supply) {
  const std::vector<std::string> fed = supply.fed();
  const auto belongs = [&](const std::string& owner) {
    return supply.name == owner && std::find(fed.begin(), fed.end(), owner) == fed.end();
  };
  for (const OnChipMemory memory : kOnChipMemories) {
    if (belongs(to_string(memory))) refuse(supply, "the name is that of the " + title(memory));
  }
  if (belongs(std::string(kLogicName))) refuse(supply, "the name is that of the logic");
  if (supply.name == kDramName) refuse(supply, "the name is that of the DRAM");
}

}  // namespace

bool Supply::feeds(OnChipMemory memory) const {
  return std::find(memories.begin(), memories.end(), memory) != memories.end();
}

void Supply::feed(std::string_view what) {
  if (what == kLogicName) {
    logic = true;
    return;
  }
  try {
    memories.push_back(parse_on_chip_memory(what));
  } catch (const InputError& error) {
    throw InputError(error.key(), error.text() + ", " + std::string(kLogicName));
  }
}

std::vector<std::string> Supply::fed() const {
  std::vector<std::string> names;
  for (const OnChipMemory memory : memories) names.push_back(to_string(memory));
  if (logic) names.emplace_back(kLogicName);
  return names;
}

std::vector<std::string> Supply::names() const {
  std::vector<std::string> names = fed();
  const auto own = std::find(names.begin(), names.end(), name);
  if (own != names.end()) names.erase(own);
  names.insert(names.begin(), name);
  return names;
}

Supplies::Supplies(std::vector<Supply> given) : supplies_(std::move(given)) {
  std::set<std::string> names, fed;
  for (const Supply& supply : supplies_) {
    check_alone(supply);
    check_name(supply);
    if (!names.insert(supply.name).second) refuse(supply, "the name is taken");
    for (const std::string& what : supply.fed()) {
      if (!fed.insert(what).second) refuse(supply, what + " is on two supplies");
    }
  }
  for (const OnChipMemory memory : kOnChipMemories) {
    const std::string name = to_string(memory);
    if (!fed.contains(name)) supplies_.push_back({.name = name, .memories = {memory}});
  }
  if (!fed.contains(std::string(kLogicName))) {
    supplies_.push_back({.name = std::string(kLogicName), .logic = true});
  }
}

const Supply& Supplies::of(OnChipMemory memory) const {
  for (const Supply& supply : supplies_) {
    if (supply.feeds(memory)) return supply;
  }
  throw std::logic_error("a memory without a supply");
}

const Supply& Supplies::logic() const {
  for (const Supply& supply : supplies_) {
    if (supply.logic) return supply;
  }
  throw std::logic_error("logic without a supply");
}

const Supply& Supplies::of_memories(std::string_view name) const {
  std::string names;
  for (const Supply& supply : supplies_) {
    if (supply.memories.empty()) continue;
    const std::vector<std::string> all = supply.names();
    if (std::find(all.begin(), all.end(), name) != all.end()) return supply;
    names += (names.empty() ? "" : ", ") + supply.name;
  }
  throw InputError("'" + std::string(name) + "' is not one of " + names);
}

}  // namespace brownout::hardware

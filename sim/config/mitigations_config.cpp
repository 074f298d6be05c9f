#include "sim/config/mitigations_config.hpp"

#include <algorithm>
#include <limits>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "sim/config/read_voltages_config.hpp"
#include "sim/config/repair_config.hpp"

namespace brownout::config {
namespace {

void read_mask(const Mitigation& self, const Value& value, MemoryConfig& memory) {
  read_program_at(MapReader(value, {"program_at"}), memory);
  memory::ReadMask& mask = memory.scheme.read_mask;
  if (mask != memory::ReadMask::kNone) {
    fail(value, "one mask at a time: " + to_string(mask) + " stands there, too");
  }
  mask = self.name == to_string(memory::ReadMask::kBit) ? memory::ReadMask::kBit
                                                        : memory::ReadMask::kWord;
  if (mask == memory::ReadMask::kBit && memory.scheme.encoding == memory::Encoding::kGray) {
    fail(value, "bits of a Gray code cannot be rounded one by one: word_mask");
  }
}

/// Of a generated chip; cells of a measured one are looked at when it is read.
void require_stuck_cells(const Value& value, const MemoryConfig& memory) {
  const ChipConfig& chip = memory.weight_sram().chip;
  if (chip.measured() || chip.mixture.stuck) return;
  fail(value, "needs cells that are stuck: memory.chip.kind is flip");
}

void read_faq(const Mitigation& self, const Value& value, MemoryConfig& memory) {
  read_program_at(MapReader(value, {"program_at"}), memory);
  require_stuck_cells(value, memory);
  memory.scheme.policy = memory::make_write_policy(self.name, memory.scheme.encoding);
}

/// The cells of the flags beside a word.
void read_flags(const MapReader& map, memory::StorageScheme& scheme) {
  const Value* asked = map.find("flags");
  if (asked == nullptr) return;
  std::string text;
  convert(*asked, text);
  const memory::FlagCells cells =
      at_place_of(*asked, [&] { return memory::parse_flag_cells(text); });
  if (scheme.flags && cells != *scheme.flags) {
    fail(*asked, "flags of a word stand together: " + to_string(*scheme.flags) + " stands above");
  }
  scheme.flags = cells;
}

void read_rotate(const Mitigation&, const Value& value, MemoryConfig& memory) {
  const MapReader map(value, {"program_at", "flags"});
  read_program_at(map, memory);
  memory.scheme.changes.rotate = true;
  read_flags(map, memory.scheme);
}

/// A change of words, or of what all rows of a tile have in common, which is a `part`. Returns
/// whether it is per part.
bool read_flip(const Value& value, std::string_view part, MemoryConfig& memory) {
  const MapReader map(value, {"program_at", "flags", "per"});
  read_program_at(map, memory);
  std::string per = "word";
  if (const Value* asked = map.find("per")) {
    convert(*asked, per);
    if (per != "word" && per != part) {
      fail(*asked, in_quotes(per) + " is not one of word, " + std::string(part));
    }
  }
  const bool of_parts = per == part;
  if (const Value* asked = map.find("flags"); of_parts && asked != nullptr) {
    fail(*asked, "is of flags beside words: those of a " + per + " do not fail");
  }
  if (!of_parts) read_flags(map, memory.scheme);
  require_stuck_cells(value, memory);
  return of_parts;
}

void read_sign_flip(const Mitigation&, const Value& value, MemoryConfig& memory) {
  memory::StorageScheme& scheme = memory.scheme;
  const bool per_column = read_flip(value, "column", memory);
  (per_column ? scheme.columns.sign_flip : scheme.changes.sign_flip) = true;
}

void read_bit_flip(const Mitigation&, const Value& value, MemoryConfig& memory) {
  memory::StorageScheme& scheme = memory.scheme;
  const bool per_slice = read_flip(value, "slice", memory);
  (per_slice ? scheme.columns.bit_flip : scheme.changes.bit_flip) = true;
}

void read_word_code(const Mitigation& self, const Value& value, MemoryConfig& memory) {
  const MapReader map(value, {"on_uncorrectable", "data_bits"});
  memory::StorageScheme& scheme = memory.scheme;
  if (scheme.code->name != "none") {
    fail(value,
         "one word code at a time: " + std::string(scheme.code->name) + " stands there, too");
  }
  scheme.code = &memory::find_word_code(self.name);
  // A word that is known to be wrong and used as it is would be no better than without parity.
  scheme.on_uncorrectable =
      self.name == "parity" ? memory::OnUncorrectable::kZero : memory::OnUncorrectable::kKeep;
  if (const Value* what = map.find("on_uncorrectable")) {
    std::string text;
    convert(*what, text);
    scheme.on_uncorrectable =
        at_place_of(*what, [&] { return memory::parse_on_uncorrectable(text); });
  }
  int data_bits = 0;
  map.read_in_range("data_bits", data_bits, 4, static_cast<int>(memory::WideBits::kMost));
  scheme.codeword_bits = static_cast<std::uint32_t>(data_bits);
}

void read_placement(const Mitigation&, const Value& value, MemoryConfig& memory) {
  const MapReader map(value, {"program_at", "spare_rows"});
  read_program_at(map, memory);
  RowPlacement placement;
  map.read_in_range("spare_rows", placement.spare_rows, 0, 1024);
  memory.placement = placement;
}

void read_clamp_weights(const Mitigation&, const Value& value, MemoryConfig& memory) {
  const MapReader no_keys(value, {});
  memory.scheme.clamp_weights = true;
}

void read_clamp_activations(const Mitigation&, const Value& value, MemoryConfig& memory) {
  int images = 100;
  MapReader(value, {"images"}).read_in_range("images", images, 1, std::numeric_limits<int>::max());
  memory.clamp_images = images;
}

const Mitigation& find_mitigation(const Value& value, std::string_view name) {
  std::vector<std::string_view> names;
  for (const Mitigation& mitigation : mitigations()) {
    if (mitigation.name == name) return mitigation;
    names.push_back(mitigation.name);
  }
  std::string list;
  for (const std::string_view known : names)
    list += (list.empty() ? "" : ", ") + std::string(known);
  fail(value, in_quotes(name) + " is not a mitigation: " + list);
}

/// What a map of mitigations has under `name`; of a list, nothing more than the name.
Value keys_of(Value value) {
  if (value.kind == Value::Kind::kNull) value.kind = Value::Kind::kMap;
  return value;
}

std::vector<MapEntry> entries_of(const Value& value) {
  if (value.kind == Value::Kind::kMap) return value.entries;
  std::vector<MapEntry> entries;
  for (const Value& item : items_of(value)) {
    std::string name;
    convert(item, name);
    Value keys = item;
    keys.kind = Value::Kind::kNull;
    entries.push_back({name, keys});
  }
  return entries;
}

}  // namespace

const std::vector<Mitigation>& mitigations() {
  static const std::vector<Mitigation> all = [] {
    std::vector<Mitigation> list;
    for (const memory::WordCodeKind& code : memory::word_codes()) {
      if (code.name != "none") list.push_back({code.name, read_word_code, false, false});
    }
    list.push_back({"faq", read_faq, true, false});
    list.push_back({"sign_flip", read_sign_flip, true, true});
    list.push_back({"bit_flip", read_bit_flip, true, true});
    list.push_back({"rotate", read_rotate, true, true});
    list.push_back({"fault_aware_placement", read_placement, true, false});
    list.push_back({"clamp_weights", read_clamp_weights, false, false});
    list.push_back({"clamp_activations", read_clamp_activations, false, false});
    list.push_back({"bit_mask", read_mask, true, false});
    list.push_back({"word_mask", read_mask, true, false});
    list.push_back({"spare_columns", read_spare_columns, true, false});
    list.push_back({"spare_rows", read_spare_rows, true, false});
    list.push_back({"protected_msbs", read_protected_msbs, false, false});
    list.push_back({"boost", read_boost, false, false});
    list.push_back({"bank_supply", read_bank_supply, false, false});
    return list;
  }();
  return all;
}

void read_program_at(const MapReader& map, MemoryConfig& memory) {
  const Value* value = map.find("program_at");
  if (value == nullptr) return;
  memory::Voltage voltage;
  convert(*value, voltage);
  at_place_of(*value, [&] { memory.weight_sram().profile->require_covered(voltage); });
  if (memory.program_at && *memory.program_at != voltage) {
    fail(*value, "cells are known at one voltage, " + memory.program_at->text() + " stands above");
  }
  memory.program_at = voltage;
}

void read_mitigations(const Value& value, MemoryConfig& memory) {
  for (const MapEntry& entry : entries_of(value)) {
    const Mitigation& mitigation = find_mitigation(entry.value, entry.key);
    if (std::count(memory.mitigations.begin(), memory.mitigations.end(), entry.key) != 0) {
      fail(entry.value, in_quotes(entry.key) + " stands there twice");
    }
    mitigation.read(mitigation, keys_of(entry.value), memory);
    memory.mitigations.push_back(entry.key);
  }
  if (memory.scheme.refetches() && (memory.scheme.changes.any() || memory.scheme.columns.any())) {
    fail(value,
         "on_uncorrectable: refetch goes without sign_flip, bit_flip and rotate: a word's "
         "flags stand elsewhere in DRAM");
  }
  if ((memory.boost || memory.bank_supply) && memory.spares.any() && !memory.program_at) {
    fail(value,
         "spare lines need program_at beside boost and bank_supply: lines are repaired once, words "
         "are read at two voltages");
  }
  const bool in_place = memory.scheme.code->name == "in_place_secded";
  if (in_place && memory.scheme.encoding != memory::Encoding::kTwosComplement) {
    fail(value, "in_place_secded needs memory.encoding: twos_complement");
  }
  if (in_place && memory.scheme.looks_at_cells()) {
    fail(value,
         "in_place_secded leaves no weights to choose: it goes without faq, sign_flip, "
         "bit_flip and rotate");
  }
}

}  // namespace brownout::config

// Words and triples of numbers.
#include "sim/config/map_placement.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>

#include "memory/maps/rescale_fault_map.hpp"

namespace brownout::config {
namespace {

constexpr std::array<std::string_view, 2> kFolds = {"crop", "tile"};

memory::CellAddress read_offset(const Value& value) {
  std::vector<std::uint64_t> numbers;
  convert(value, numbers);
  const bool fits = std::all_of(numbers.begin(), numbers.end(), [](std::uint64_t number) {
    return number <= std::numeric_limits<std::uint32_t>::max();
  });
  if (numbers.size() != 3 || !fits) fail(value, "an offset is [bank, row, column]");
  const auto number = [&](std::size_t i) { return static_cast<std::uint32_t>(numbers[i]); };
  return {number(0), number(1), number(2)};
}

std::vector<memory::CellAddress> read_offsets(const Value& value) {
  std::vector<memory::CellAddress> offsets;
  for (const Value& item : items_of(value)) {
    const memory::CellAddress offset = read_offset(item);
    if (std::find(offsets.begin(), offsets.end(), offset) != offsets.end()) {
      fail(item, "the offset " + memory::to_string(offset) + " stands there twice");
    }
    offsets.push_back(offset);
  }
  if (offsets.empty()) fail(value, "names no offset; leave the key out for [[0, 0, 0]]");
  return offsets;
}

std::int64_t read_shift(const Value& value) {
  double number = 0;
  convert(value, number);  // refuses text and quoted numbers
  return at_place_of(value, [&] { return memory::parse_voltage_shift(value.text); });
}

}  // namespace

std::string to_string(memory::Resize how) {
  return std::string(kFolds.at(static_cast<std::size_t>(how)));
}

MapPlacement read_map_placement(const MapReader& chip) {
  MapPlacement placement;
  if (const Value* fold = chip.find("fold")) {
    placement.fold = static_cast<memory::Resize>(read_word(*fold, kFolds));
  }
  if (const Value* offsets = chip.find("offsets")) {
    if (!placement.fold) fail(*offsets, "needs the key fold: crop or tile");
    placement.offsets = read_offsets(*offsets);
  }
  if (const Value* shift = chip.find("shift")) placement.shift_micro = read_shift(*shift);
  return placement;
}

}  // namespace brownout::config

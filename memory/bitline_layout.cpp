#include "memory/bitline_layout.hpp"

#include <algorithm>

#include "memory/base/input_error.hpp"

namespace brownout::memory {

void BitlineLayout::validate() const {
  if (cells == 0U) throw InputError("cells_per_bitline", "0 is not above 0");
  if (interleave == 0) throw InputError("interleaved_bitlines", "0 is not above 0");
}

BitlineLayout::Rows BitlineLayout::rows_of(std::uint32_t bitline, std::uint32_t rows) const {
  if (!cells) return {bitline, rows};
  const std::uint64_t rows_of_group = std::uint64_t{*cells} * interleave;
  const std::uint64_t start = bitline / interleave * rows_of_group;
  return {static_cast<std::uint32_t>(start + bitline % interleave),
          static_cast<std::uint32_t>(std::min<std::uint64_t>(start + rows_of_group, rows))};
}

std::uint32_t BitlineLayout::bitlines(std::uint32_t rows) const {
  if (!cells) return std::min(interleave, rows);
  const std::uint64_t rows_of_group = std::uint64_t{*cells} * interleave;
  const std::uint64_t whole = rows / rows_of_group * interleave;
  return static_cast<std::uint32_t>(whole +
                                    std::min<std::uint64_t>(rows % rows_of_group, interleave));
}

std::string BitlineLayout::text() const {
  std::string text;
  if (cells) text += ", " + std::to_string(*cells) + " cells a bitline";
  if (interleave != 1) text += ", " + std::to_string(interleave) + " bitlines interleaved";
  return text;
}

}  // namespace brownout::memory

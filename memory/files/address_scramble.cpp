// Equations over bits: parsed, checked to be reversible, evaluated.
#include "memory/files/address_scramble.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/files/csv_lines.hpp"

namespace brownout::memory {
namespace {

// Whether the equations have full rank over the two-element field.
bool is_reversible(std::vector<std::uint64_t> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t pivot = std::uint64_t{1} << i;
    const auto from = rows.begin() + static_cast<std::ptrdiff_t>(i);
    const auto found =
        std::find_if(from, rows.end(), [&](std::uint64_t row) { return (row & pivot) != 0; });
    if (found == rows.end()) return false;
    std::swap(*from, *found);
    const std::uint64_t chosen = *from;
    for (auto row = from + 1; row != rows.end(); ++row) {
      if ((*row & pivot) != 0) *row ^= chosen;
    }
  }
  return true;
}

class ScrambleReader {
 public:
  ScrambleReader(std::string_view text, const std::string& name, std::uint64_t words,
                 std::uint32_t bits)
      : lines_(text, name),
        address_bits_(static_cast<std::uint32_t>(std::bit_width(words - 1))),
        address_(address_bits_),
        bits_(bits) {}

  void read() {
    if (!lines_.next() || lines_.fields() != std::vector<std::string_view>{"physical", "logical"}) {
      lines_.fail("the column names `physical,logical` are missing");
    }
    while (lines_.next()) read_equation();
    const auto stay = [](auto& equations, auto identity) {
      for (std::size_t i = 0; i < equations.size(); ++i) {
        if (!equations[i]) equations[i] = identity(i);
      }
    };
    stay(address_, [](std::size_t i) { return std::uint64_t{1} << i; });
    stay(bits_, [](std::size_t i) { return static_cast<std::uint32_t>(i); });
  }

  std::vector<std::uint64_t> address() const {
    std::vector<std::uint64_t> equations;
    for (const auto& equation : address_) equations.push_back(*equation);
    if (!is_reversible(equations)) lines_.fail("two logical addresses get one physical address");
    return equations;
  }

  std::vector<std::uint32_t> bits() const {
    std::vector<std::uint32_t> physical(bits_.size());
    std::vector<bool> taken(bits_.size());
    for (std::size_t i = 0; i < bits_.size(); ++i) {
      const std::uint32_t logical = *bits_[i];
      if (taken[logical]) {
        lines_.fail("data bit d" + std::to_string(logical) +
                    " gets two places; bits that are not "
                    "named stay where they are");
      }
      taken[logical] = true;
      physical[logical] = static_cast<std::uint32_t>(i);
    }
    return physical;
  }

 private:
  void read_equation() {
    const auto& fields = lines_.fields();
    if (fields.size() != 2) lines_.fail("a line is `physical,logical`, such as a3,a3^a7 or d0,d15");
    if (fields[0].starts_with('d')) {
      store(bits_, number(fields[0], 'd', bits_.size()), number(fields[1], 'd', bits_.size()));
    } else {
      store(address_, number(fields[0], 'a', address_bits_), mask(fields[1]));
    }
  }

  template <typename Equations, typename Value>
  void store(Equations& equations, std::uint32_t bit, Value value) {
    if (equations[bit]) lines_.fail(std::string(lines_.fields()[0]) + " stands twice");
    equations[bit] = value;
  }

  // Of "a3": 3.
  std::uint32_t number(std::string_view text, char letter, std::size_t size) const {
    const std::optional<std::uint64_t> value =
        text.starts_with(letter) ? parse_unsigned(text.substr(1)) : std::nullopt;
    if (!value || *value >= size) {
      lines_.fail(in_quotes(text) + " is not one of " + letter + "0 to " + letter +
                  std::to_string(std::max<std::size_t>(size, 1) - 1));
    }
    return static_cast<std::uint32_t>(*value);
  }

  std::uint64_t mask(std::string_view text) const {
    std::uint64_t result = 0;
    while (true) {
      const std::size_t sign = std::min(text.find('^'), text.size());
      result ^= std::uint64_t{1} << number(text.substr(0, sign), 'a', address_bits_);
      if (sign == text.size()) return result;
      text.remove_prefix(sign + 1);
    }
  }

  CsvLines lines_;
  std::uint32_t address_bits_;
  std::vector<std::optional<std::uint64_t>> address_;
  std::vector<std::optional<std::uint32_t>> bits_;  // of a physical bit: the logical one
};

}  // namespace

AddressScramble AddressScramble::parse(std::string_view text, const std::string& name,
                                       std::uint64_t words, std::uint32_t bits) {
  ScrambleReader reader(text, name, words, bits);
  reader.read();
  AddressScramble scramble;
  scramble.address_ = reader.address();
  scramble.bits_ = reader.bits();
  return scramble;
}

std::uint64_t AddressScramble::physical_word(std::uint64_t logical) const {
  std::uint64_t physical = 0;
  for (std::size_t i = 0; i < address_.size(); ++i) {
    physical |= static_cast<std::uint64_t>(std::popcount(logical & address_[i]) & 1) << i;
  }
  return physical;
}

SparseFaultMap unscrambled(const SparseFaultMap& logical, const AddressScramble& scramble) {
  std::vector<Fault> faults = logical.faults();
  for (Fault& fault : faults) {
    const std::uint64_t word = scramble.physical_word(fault.cell.row);
    if (word >= logical.geometry().rows) {
      throw InputError("the scramble puts word " + std::to_string(fault.cell.row) + " at address " +
                       std::to_string(word) + ", behind the last of " +
                       std::to_string(logical.geometry().rows) + " words");
    }
    fault.cell.row = static_cast<std::uint32_t>(word);
    fault.cell.column = scramble.physical_bit(fault.cell.column);
  }
  return {logical.header(), std::move(faults)};
}

}  // namespace brownout::memory

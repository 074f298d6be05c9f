// What the columns of a tester's table hold: found by their names, which differ from tester to
// tester, or told. Reading the numbers below them is here too; the records are the readers'.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memory/files/record_lines.hpp"
#include "memory/voltage.hpp"

namespace brownout::memory {

enum class Quantity : std::uint8_t {
  kBank,
  kRow,
  kColumn,
  kAddress,
  kBit,
  kVfail,
  kVoltage,
  kKind,
  kP,
  kExpected,
  kRead,
  kElement
};

/// The name of its column in our own files.
std::string to_string(Quantity quantity);

class Columns {
 public:
  /// Knows the columns of `lines` by the names of columns.cpp, whatever their case, with a unit
  /// behind a voltage ("vfail_mv", "VDD [V]"). `told` comes first: "row=R,vfail=V:mV", a quantity,
  /// its title and, if need be, the form: V, mV, uV, hex or dec. Throws InputError with
  /// file:line: a title that is not there, a form that does not belong to the quantity.
  Columns(const RecordLines& lines, std::string_view told);

  bool has(Quantity quantity) const { return find(quantity) != nullptr; }
  /// Throws InputError with file:line when one of them is missing.
  void require(const std::vector<Quantity>& quantities) const;

  /// These read the current line, and throw InputError with file:line and column.
  std::string_view text(Quantity quantity) const;
  /// Less than `below`; hexadecimal with 0x, with the form hex, or without a form if `base` is 16.
  std::uint32_t number(Quantity quantity, int base = 10,
                       std::uint64_t below = std::uint64_t{1} << 32) const;
  /// In millionths of V or Vmin: a decimal of the column's form, rounded to millionths; or inf.
  Voltage voltage(Quantity quantity) const;
  [[noreturn]] void fail(Quantity quantity, const std::string& message) const;

  /// Whether a column's title or form says that its voltages are volts.
  bool tells_volts() const;
  /// What was understood where a title is not our own; columns that are not used. Empty: nothing.
  std::string note() const;

 private:
  enum class Form : std::uint8_t { kNone, kVolts, kMillivolts, kMicrovolts, kHex, kDecimal };
  struct Column {
    Quantity quantity;
    std::size_t place;
    Form form;
  };

  const Column* find(Quantity quantity) const;
  const Column& at(Quantity quantity) const;
  void tell(std::string_view item);
  void recognise();
  void add(Quantity quantity, std::size_t place, Form form);
  static std::optional<Form> parse_form(std::string_view text);
  static std::string to_string(Form form);

  const RecordLines& lines_;
  std::vector<Column> columns_;
};

/// Whether the titles are those of failing reads of words (expected, read), or of cells.
bool has_titles_of_reads(const std::vector<std::string>& titles);
bool has_titles_of_cells(const std::vector<std::string>& titles);

}  // namespace brownout::memory

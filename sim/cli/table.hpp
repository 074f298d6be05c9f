// A command's result as facts and one table, rendered as text, CSV or JSON. Keys carry their unit
// and values stay raw (shares 0..1, joules, seconds) in CSV and JSON; text scales them for reading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "memory/voltage.hpp"
#include "sim/experiment/results/csv_row.hpp"

namespace brownout::cli {

/// How a report is written. CSV and JSON hold everything; tables for people leave out columns,
/// those of the highest rank first, until they fit.
struct Format {
  enum Kind : std::uint8_t { kTable, kCsv, kJson };

  Format(Kind format, std::size_t columns = std::numeric_limits<std::size_t>::max())
      : kind(format), width(columns) {}

  Kind kind;
  std::size_t width;  ///< of a table, in characters
};

/// Of "table", "csv", "json".
Format::Kind parse_format(const std::string& name);

/// How text shows a number.
enum class Style : std::uint8_t {
  kPlain,     ///< as it is
  kPercent,   ///< a share, times 100
  kRate,      ///< three significant digits: error rates
  kRatio,     ///< four decimals
  kQuantity,  ///< with an SI prefix, the same for all columns of a unit
};

/// Has a constructor so that a list of facts may hold calls that throw: GCC 12 destroys a nested
/// braced aggregate twice then (tests/python/test_nested_braces.py).
struct Column {
  Column(std::string column_key, std::string column_title = {}, std::string column_unit = {},
         Style column_style = Style::kPlain, int column_rank = 0)
      : key(std::move(column_key)),
        title(std::move(column_title)),
        unit(std::move(column_unit)),
        style(column_style),
        rank(column_rank) {}

  std::string key;    ///< in CSV and JSON
  std::string title;  ///< in text; empty: not shown there
  std::string unit;   ///< in text, below the title; empty for names. kPercent shows "%"
  Style style;
  int rank;  ///< 0: always shown; others leave a table that is too wide, the highest first
};

/// Nothing is an empty field, null in JSON.
using Cell = experiment::Field;

Cell voltage_cell(memory::Voltage voltage);

template <typename T>
Cell optional_cell(const std::optional<T>& value) {
  if (!value) return {};
  return *value;
}

struct Fact {
  Column column;
  Cell value;
};

void append(std::vector<Fact>& facts, std::vector<Fact> more);

struct Table {
  std::string key;  ///< of the list of rows in JSON
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
  std::vector<Cell> total = {};  ///< a last line in text, for people; may be missing

  /// Of the numbers in a column.
  Cell sum(std::size_t column) const;
};

struct Report {
  std::vector<Fact> facts;
  Table table;                     ///< may have no columns: facts only
  Table detail = {};               ///< what the user asked to see beside it; may have no columns
  std::vector<Table> others = {};  ///< further ones that belong to it; not in CSV

  /// All tables that have columns, in the order of text and JSON.
  std::vector<const Table*> tables() const;
};

/// Text: facts, then the table, those that belong to it, the detail. CSV: one table, the detail
/// before the other, or without any the facts as a single row. JSON: one object of the facts and
/// the lists of rows. Throws std::logic_error for a row of another length.
std::string render(const Report& report, const Format& format);

/// The text form alone (table_text.cpp), as wide as Format::width says.
std::string render_text(const Report& report, std::size_t width);

}  // namespace brownout::cli

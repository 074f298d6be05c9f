// A column of a result file, declared once: name, unit, meaning, and the field of a row. The files'
// headers and rows follow from tables of these; docs/results.md is tested against them.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "sim/experiment/results/csv_row.hpp"
#include "sim/experiment/results/results.hpp"

namespace brownout::experiment {

/// Has a constructor for the sake of GCC 12 (tests/python/test_nested_braces.py).
template <typename Row>
struct Column {
  using Getter = std::function<Field(const Row&)>;
  Column(std::string column_name, std::string column_unit, std::string column_meaning,
         Getter getter)
      : name(std::move(column_name)),
        unit(std::move(column_unit)),
        meaning(std::move(column_meaning)),
        field(std::move(getter)) {}

  std::string name;
  std::string unit;     ///< empty where there is none
  std::string meaning;  ///< as docs/results.md has it, without its links
  Getter field;
  bool OptionalColumns::*group = nullptr;  ///< it is there where this is set; null: always

  bool is_in(const OptionalColumns& present) const { return group == nullptr || present.*group; }
};

/// Columns that are there only where `group` is set.
template <typename Row>
std::vector<Column<Row>> optional_columns(bool OptionalColumns::*group,
                                          std::vector<Column<Row>> columns) {
  for (Column<Row>& column : columns) column.group = group;
  return columns;
}

template <typename Row>
std::vector<Column<Row>> joined(std::initializer_list<std::vector<Column<Row>>> parts) {
  std::vector<Column<Row>> columns;
  for (const std::vector<Column<Row>>& part : parts) {
    columns.insert(columns.end(), part.begin(), part.end());
  }
  return columns;
}

template <typename Row>
void add_names(const std::vector<Column<Row>>& columns, const OptionalColumns& present,
               CsvRow& header) {
  for (const Column<Row>& column : columns) {
    if (column.is_in(present)) header << column.name;
  }
}

template <typename Row>
void add_fields(const std::vector<Column<Row>>& columns, const OptionalColumns& present,
                const Row& row, CsvRow& text) {
  for (const Column<Row>& column : columns) {
    if (column.is_in(present)) text.add_field(column.field(row));
  }
}

/// A file of columns that are always there: header and rows, each with its line end.
template <typename Row>
std::string csv_text(const std::vector<Column<Row>>& columns, const std::vector<Row>& rows) {
  CsvRow header;
  add_names(columns, {}, header);
  std::string text = header.text() + '\n';
  for (const Row& row : rows) {
    CsvRow line;
    add_fields(columns, {}, row, line);
    text += line.text() + '\n';
  }
  return text;
}

}  // namespace brownout::experiment

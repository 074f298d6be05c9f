// CSV and JSON: raw values under their keys.
#include "sim/cli/table.hpp"

#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string csv_text(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return csv_field(*text);
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return std::to_string(*integer);
  if (const auto* count = std::get_if<std::uint64_t>(&cell)) return std::to_string(*count);
  if (const auto* number = std::get_if<double>(&cell)) return format_double(*number);
  return {};
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) line += (i == 0 ? "" : ",") + fields[i];
  return line + "\n";
}

std::string render_csv(const Table& table) {
  std::vector<std::string> fields;
  for (const Column& column : table.columns) fields.push_back(csv_field(column.key));
  std::string csv = csv_line(fields);
  for (const std::vector<Cell>& row : table.rows) {
    fields.clear();
    for (const Cell& cell : row) fields.push_back(csv_text(cell));
    csv += csv_line(fields);
  }
  return csv;
}

Table as_table(const std::vector<Fact>& facts) {
  Table table;
  table.rows.emplace_back();
  for (const Fact& fact : facts) {
    table.columns.push_back(fact.column);
    table.rows.front().push_back(fact.value);
  }
  return table;
}

Json json_value(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return *integer;
  if (const auto* count = std::get_if<std::uint64_t>(&cell)) return *count;
  const auto* number = std::get_if<double>(&cell);
  return number != nullptr && std::isfinite(*number) ? Json(*number) : Json(nullptr);
}

Json json_rows(const Table& table) {
  Json rows = Json::array();
  for (const std::vector<Cell>& row : table.rows) {
    Json object = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      object[table.columns[i].key] = json_value(row[i]);
    }
    rows.push_back(std::move(object));
  }
  return rows;
}

std::string render_json(const Report& report) {
  Json root = Json::object();
  for (const Fact& fact : report.facts) root[fact.column.key] = json_value(fact.value);
  for (const Table* table : report.tables()) root[table->key] = json_rows(*table);
  // Names come from network files: bytes that are no UTF-8 are replaced, not refused.
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void require_complete_rows(const Table& table) {
  const auto require_complete = [&](const std::vector<Cell>& row) {
    if (row.size() == table.columns.size()) return;
    throw std::logic_error("a row of " + table.key + " has " + std::to_string(row.size()) +
                           " cells");
  };
  for (const std::vector<Cell>& row : table.rows) require_complete(row);
  if (!table.total.empty()) require_complete(table.total);
}

}  // namespace

Format::Kind parse_format(const std::string& name) {
  if (name == "table") return Format::kTable;
  if (name == "csv") return Format::kCsv;
  if (name == "json") return Format::kJson;
  throw InputError(in_quotes(name) + " is not one of table, csv, json");
}

Cell Table::sum(std::size_t column) const {
  double real = 0;
  std::int64_t whole = 0;
  bool is_whole = true;
  for (const std::vector<Cell>& row : rows) {
    const Cell& cell = row[column];
    if (const auto* number = std::get_if<double>(&cell)) {
      real += *number;
      is_whole = false;
    }
    if (const auto* integer = std::get_if<std::int64_t>(&cell)) whole += *integer;
    if (const auto* count = std::get_if<std::uint64_t>(&cell)) {
      whole += static_cast<std::int64_t>(*count);
    }
  }
  return is_whole ? Cell(whole) : Cell(real + static_cast<double>(whole));
}

Cell voltage_cell(memory::Voltage voltage) { return voltage.value(); }

void append(std::vector<Fact>& facts, std::vector<Fact> more) {
  facts.insert(facts.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

std::vector<const Table*> Report::tables() const {
  std::vector<const Table*> tables = {&table};
  for (const Table& other : others) tables.push_back(&other);
  tables.push_back(&detail);
  std::erase_if(tables, [](const Table* some) { return some->columns.empty(); });
  return tables;
}

std::string render(const Report& report, const Format& format) {
  for (const Table* table : report.tables()) require_complete_rows(*table);
  switch (format.kind) {
    case Format::kTable:
      return render_text(report, format.width);
    case Format::kCsv:
      if (!report.detail.columns.empty()) return render_csv(report.detail);
      return render_csv(report.table.columns.empty() ? as_table(report.facts) : report.table);
    case Format::kJson:
      return render_json(report);
  }
  throw std::logic_error("unknown format");
}

}  // namespace brownout::cli

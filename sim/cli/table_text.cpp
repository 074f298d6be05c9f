// The text form: facts as "title  value unit", the table under two header lines, title and unit,
// and above a line of sums where it has some.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string_view>

#include "memory/base/text_number.hpp"
#include "sim/cli/table.hpp"
#include "sim/cli/terminal_text.hpp"

namespace brownout::cli {
namespace {

constexpr std::size_t kGap = 2;  // between columns

// A factor, the prefix that stands for it, and the decimals that leave four digits.
struct Scale {
  double factor = 1;
  std::string_view prefix;
  int decimals = 3;
};

constexpr std::array<std::pair<double, std::string_view>, 10> kPrefixes = {{{1e12, "T"},
                                                                            {1e9, "G"},
                                                                            {1e6, "M"},
                                                                            {1e3, "k"},
                                                                            {1, ""},
                                                                            {1e-3, "m"},
                                                                            {1e-6, "u"},
                                                                            {1e-9, "n"},
                                                                            {1e-12, "p"},
                                                                            {1e-15, "f"}}};

int decimals_of(double scaled) { return scaled < 10 ? 3 : scaled < 100 ? 2 : 1; }

Scale scale_for(double greatest) {
  if (greatest <= 0) return {};
  for (const auto& [factor, prefix] : kPrefixes) {
    if (greatest < factor && factor > kPrefixes.back().first) continue;
    return {factor, prefix, decimals_of(greatest / factor)};
  }
  return {};
}

double magnitude(const Cell& cell) {
  const auto* number = std::get_if<double>(&cell);
  return number != nullptr && std::isfinite(*number) ? std::abs(*number) : 0;
}

double greatest_of(const Table& table, std::size_t index) {
  double greatest = 0;
  for (const std::vector<Cell>& row : table.rows) {
    greatest = std::max(greatest, magnitude(row[index]));
  }
  return greatest;
}

// Columns of one unit are there to be compared: they share the prefix that suits the smallest one.
Scale column_scale(const Table& table, std::size_t index) {
  if (table.columns[index].style != Style::kQuantity) return {};
  const double greatest = greatest_of(table, index);
  Scale scale = scale_for(greatest);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (column.style != Style::kQuantity || column.unit != table.columns[index].unit) continue;
    const Scale other = scale_for(greatest_of(table, i));
    if (greatest_of(table, i) > 0 && other.factor < scale.factor) scale = other;
  }
  scale.decimals = decimals_of(greatest / scale.factor);
  return scale;
}

// What is not zero must not look like zero; what rounding leaves of a difference is zero.
std::string percent(double share) {
  constexpr double kRoundingError = 1e-9;
  const double value = std::abs(share) < kRoundingError / 100 ? 0 : share * 100;
  return value != 0 && std::abs(value) < 0.1 ? fmt::format("{:.2g}", value)
                                             : fmt::format("{:.2f}", value);
}

std::string signed_text(double number, Style style, const Scale& scale) {
  if (!std::isfinite(number)) return format_double(number);
  switch (style) {
    case Style::kPlain:
      return format_double(number);
    case Style::kPercent:
      return percent(number);
    case Style::kRate:
      return fmt::format("{:.3g}", number);
    case Style::kRatio:
      return fmt::format("{:.4f}", number);
    case Style::kQuantity:
      return fmt::format("{:.{}f}", number / scale.factor, scale.decimals);
  }
  return {};
}

// Without the sign of "-0.00".
std::string number_text(double number, Style style, const Scale& scale) {
  std::string text = signed_text(number, style, scale);
  if (text.starts_with('-') && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  return text;
}

std::string cell_text(const Cell& cell, Style style, const Scale& scale) {
  if (const auto* text = std::get_if<std::string>(&cell)) return one_line(*text);
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return std::to_string(*integer);
  if (const auto* count = std::get_if<std::uint64_t>(&cell)) return std::to_string(*count);
  if (const auto* number = std::get_if<double>(&cell)) return number_text(*number, style, scale);
  return "-";
}

std::string unit_text(const Column& column, const Scale& scale) {
  if (column.style == Style::kPercent) return "%";
  return std::string(scale.prefix) + column.unit;
}

// Characters, not bytes.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string padding(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, width_of(text)), ' ');
}

// Title, unit and cells of a column, all of one width.
std::vector<std::string> column_lines(const Table& table, std::size_t index) {
  const Column& column = table.columns[index];
  std::vector<const Cell*> cells;
  for (const std::vector<Cell>& row : table.rows) cells.push_back(&row[index]);
  const Scale scale = column_scale(table, index);
  std::vector<std::string> lines = {column.title, unit_text(column, scale)};
  for (const Cell* cell : cells) lines.push_back(cell_text(*cell, column.style, scale));
  if (!table.total.empty()) {
    const Cell& sum = table.total[index];
    const bool none = std::holds_alternative<std::monostate>(sum);
    lines.push_back(none ? "" : cell_text(sum, column.style, scale));
  }

  std::size_t width = 0;
  for (const std::string& line : lines) width = std::max(width, width_of(line));
  const bool left = std::any_of(cells.begin(), cells.end(), [](const Cell* cell) {
    return std::holds_alternative<std::string>(*cell);
  });
  for (std::string& line : lines) {
    line.insert(left ? line.size() : 0, padding(line, width));
  }
  return lines;
}

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

// A column as it is printed.
struct ShownColumn {
  const Column* column;
  std::vector<std::string> lines;

  std::size_t width() const { return width_of(lines.front()); }
};

std::size_t width_of(const std::vector<ShownColumn>& columns) {
  std::size_t width = 0;
  for (const ShownColumn& shown : columns) width += (width == 0 ? 0 : kGap) + shown.width();
  return width;
}

// Takes the columns of the highest rank, the right one first, until the others fit in `width`.
// Returns the titles of what is left out, in the order of the table.
std::vector<std::string> leave_out(std::vector<ShownColumn>& columns, std::size_t width) {
  std::vector<const Column*> left_out;
  while (width_of(columns) > width) {
    const auto last = std::max_element(
        columns.rbegin(), columns.rend(),
        [](const ShownColumn& a, const ShownColumn& b) { return a.column->rank < b.column->rank; });
    if (last->column->rank == 0) break;
    left_out.push_back(last->column);
    columns.erase(std::next(last).base());
  }
  std::sort(left_out.begin(), left_out.end());  // of one list
  std::vector<std::string> titles;
  for (const Column* column : left_out) titles.push_back(column->title);
  return titles;
}

std::string table_text(const Table& table, std::size_t width) {
  std::vector<ShownColumn> columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].title.empty()) continue;
    columns.push_back({&table.columns[i], column_lines(table, i)});
  }
  const std::vector<std::string> left_out = leave_out(columns, width);
  std::string text;
  for (std::size_t line = 0; !columns.empty() && line < columns.front().lines.size(); ++line) {
    std::string together;
    for (const ShownColumn& shown : columns) {
      together += (together.empty() ? "" : std::string(kGap, ' ')) + shown.lines[line];
    }
    text += trimmed(together) + "\n";
  }
  if (left_out.empty()) return text;
  return text +
         wrapped(fmt::format("left out: {}; --wide shows all", fmt::join(left_out, ", ")), width) +
         "\n";
}

std::string facts_text(const std::vector<Fact>& facts) {
  std::size_t width = 0;
  for (const Fact& fact : facts) width = std::max(width, width_of(fact.column.title));
  std::string text;
  for (const Fact& fact : facts) {
    if (fact.column.title.empty()) continue;
    const bool is_quantity = fact.column.style == Style::kQuantity;
    const Scale scale = is_quantity ? scale_for(magnitude(fact.value)) : Scale{};
    const std::string unit = unit_text(fact.column, scale);
    const bool has_value = !std::holds_alternative<std::monostate>(fact.value);
    text += fact.column.title + padding(fact.column.title, width) + "  " +
            cell_text(fact.value, fact.column.style, scale) +
            (unit.empty() || !has_value ? "" : " " + unit) + "\n";
  }
  return text;
}

}  // namespace

std::string render_text(const Report& report, std::size_t width) {
  std::string text = facts_text(report.facts);
  for (const Table* table : report.tables()) {
    text += (text.empty() ? "" : "\n") + table_text(*table, width);
  }
  return text;
}

}  // namespace brownout::cli

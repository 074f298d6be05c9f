#include "sim/experiment/results/joined_points.hpp"

#include <algorithm>
#include <string_view>

#include "sim/experiment/results/named_fields.hpp"
#include "sim/experiment/results/point_columns.hpp"

namespace brownout::experiment {
namespace {

std::string_view header_of(const JoinedPart& part) {
  return std::string_view(part.points).substr(0, part.points.find('\n'));
}

std::vector<std::string> columns_of_any(const std::vector<JoinedPart>& parts) {
  std::vector<std::vector<std::string>> headers;
  for (const JoinedPart& part : parts) headers.push_back(csv_fields(header_of(part)));
  std::vector<std::string> names;
  for (const Column<PointResult>& column : point_columns()) {
    const bool found = std::any_of(headers.begin(), headers.end(), [&](const auto& header) {
      return std::find(header.begin(), header.end(), column.name) != header.end();
    });
    if (found) names.push_back(column.name);
  }
  return names;
}

/// The rows of a file, without its header.
std::vector<std::string_view> rows_of(std::string_view text) {
  std::vector<std::string_view> rows;
  for (std::size_t at = text.find('\n') + 1; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    rows.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return rows;
}

}  // namespace

std::string joined_points(const std::vector<std::string>& keys,
                          const std::vector<JoinedPart>& parts) {
  const std::vector<std::string> names = columns_of_any(parts);
  CsvRow header;
  for (const std::string& key : keys) header.add_field(key);
  for (const std::string& name : names) header << name;
  std::string text = header.text() + '\n';
  for (const JoinedPart& part : parts) {
    for (const std::string_view row : rows_of(part.points)) {
      const NamedFields fields("points.csv", header_of(part), row);
      CsvRow line;
      for (const std::string& field : part.fields) line.add_field(field);
      for (const std::string& name : names) {
        line.add_field(fields.has(name) ? Field(std::string(fields.text(name))) : Field());
      }
      text += line.text() + '\n';
    }
  }
  return text;
}

}  // namespace brownout::experiment

// A row of a CSV file of ours, read by the names of its columns.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brownout::experiment {

/// Of a row as CsvRow makes it; quotes are taken off.
std::vector<std::string> csv_fields(std::string_view row);

/// All throw InputError with the name of the file: for a row that does not fit
/// its header, for a column that is missing, for a field that is no number or count.
class NamedFields {
 public:
  NamedFields(std::string file, std::string_view header, std::string_view row);

  bool has(const std::string& name) const { return fields_.contains(name); }
  std::string_view text(const std::string& name) const;
  double number(const std::string& name) const;
  std::uint64_t count(const std::string& name) const;
  /// Nothing of an empty field.
  std::optional<double> some(const std::string& name) const;

 private:
  std::string file_;
  std::map<std::string, std::string> fields_;
};

}  // namespace brownout::experiment

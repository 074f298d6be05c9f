// A row of a CSV file of ours, read by the names of its columns: without quoted fields.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace brownout::experiment {

/// Refers to the texts. All throw InputError with the name of the file: for a row that does not fit
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
  std::map<std::string_view, std::string_view> fields_;
};

}  // namespace brownout::experiment

#include "sim/experiment/results/named_fields.hpp"

#include <utility>
#include <vector>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::experiment {

std::vector<std::string> csv_fields(std::string_view row) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t at = 0; at < row.size(); ++at) {
    const char c = row[at];
    if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '"') {
      fields.back() += c;
    } else if (quoted && row.substr(at + 1).starts_with('"')) {
      fields.back() += row[++at];
    } else {
      quoted = !quoted;
    }
  }
  return fields;
}

NamedFields::NamedFields(std::string file, std::string_view header, std::string_view row)
    : file_(std::move(file)) {
  const std::vector<std::string> names = csv_fields(header);
  std::vector<std::string> fields = csv_fields(row);
  if (fields.size() != names.size()) {
    throw InputError(file_, "a row has " + std::to_string(fields.size()) + " fields, its header " +
                                std::to_string(names.size()) + ": " + std::string(row));
  }
  for (std::size_t i = 0; i < names.size(); ++i) fields_[names[i]] = std::move(fields[i]);
}

std::string_view NamedFields::text(const std::string& name) const {
  const auto found = fields_.find(name);
  if (found == fields_.end()) throw InputError(file_, "has no column " + name);
  return found->second;
}

double NamedFields::number(const std::string& name) const {
  if (const auto value = parse_double(text(name))) return *value;
  throw InputError(file_, name + ": " + in_quotes(text(name)) + " is no number");
}

std::uint64_t NamedFields::count(const std::string& name) const {
  if (const auto value = parse_unsigned(text(name))) return *value;
  throw InputError(file_, name + ": " + in_quotes(text(name)) + " is no count");
}

std::optional<double> NamedFields::some(const std::string& name) const {
  if (text(name).empty()) return {};
  return number(name);
}

}  // namespace brownout::experiment

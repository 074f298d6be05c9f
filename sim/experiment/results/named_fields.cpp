#include "sim/experiment/results/named_fields.hpp"

#include <utility>
#include <vector>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::experiment {
namespace {

std::vector<std::string_view> split(std::string_view row) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t comma = row.find(',');
    fields.push_back(row.substr(0, comma));
    if (comma == std::string_view::npos) return fields;
    row.remove_prefix(comma + 1);
  }
}

}  // namespace

NamedFields::NamedFields(std::string file, std::string_view header, std::string_view row)
    : file_(std::move(file)) {
  const std::vector<std::string_view> names = split(header), fields = split(row);
  if (fields.size() != names.size()) {
    throw InputError(file_, "a row has " + std::to_string(fields.size()) + " fields, its header " +
                                std::to_string(names.size()) + ": " + std::string(row));
  }
  for (std::size_t i = 0; i < names.size(); ++i) fields_[names[i]] = fields[i];
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

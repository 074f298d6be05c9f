// Patterns of names, and the declared import options as keys.
#include "sim/config/map_files.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "memory/files/dense_fault_map.hpp"
#include "memory/files/read_map.hpp"
#include "memory/files/voltage_files.hpp"
#include "sim/config/voltage_list.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::config {
namespace {

using memory::ImportOption;
using memory::ImportValue;

bool matches(const std::string& pattern, const std::string& name) {
  return ::fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) == 0;
}

bool is_number_character(char c) { return (c >= '0' && c <= '9') || c == '.'; }

// Of "die3_0.85.txt" and "die*_{V}.txt": "die3_{V}.txt". Nothing when the name is another.
std::optional<std::string> with_voltage_open(const std::string& name, const std::string& before,
                                             const std::string& place, const std::string& after) {
  for (std::size_t first = 0; first < name.size();) {
    std::size_t last = first;
    while (last < name.size() && is_number_character(name[last])) ++last;
    std::size_t end = last;  // a point behind the number belongs to what follows
    while (end > first && name[end - 1] == '.') --end;
    if (end > first && matches(before, name.substr(0, first)) && matches(after, name.substr(end))) {
      return name.substr(0, first) + place + name.substr(end);
    }
    first = std::max(last, first + 1);
  }
  return {};
}

// The map that a directory entry of this name belongs to, nothing when it is none of the pattern's.
std::optional<std::string> map_of_entry(const std::string& name, const std::string& pattern) {
  for (const std::string place : {"{V}", "{mV}"}) {
    const std::size_t at = pattern.find(place);
    if (at == std::string::npos) continue;
    return with_voltage_open(name, pattern.substr(0, at), place, pattern.substr(at + place.size()));
  }
  if (matches(pattern, name)) return name;
  return {};
}

std::vector<std::filesystem::path> matching_maps(const Value& value,
                                                 const std::filesystem::path& path) {
  const std::filesystem::path parent = path.parent_path();
  std::set<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(parent.empty() ? "." : parent, error)) {
    const auto map = map_of_entry(entry.path().filename().string(), path.filename().string());
    if (map && (!entry.is_directory() || memory::is_dense_fault_map(entry.path()))) {
      found.insert(parent / *map);
    }
  }
  if (found.empty()) fail(value, "no file matches " + path.string());
  return {found.begin(), found.end()};
}

// "0.9=a.txt,0.8=b.txt", the files relative to that of the value.
std::filesystem::path with_paths_resolved(const Value& value) {
  std::string text;
  for (std::string_view rest = value.text; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string item(rest.substr(0, comma));
    const std::size_t sign = item.find('=');
    if (sign == std::string::npos || sign + 1 == item.size()) {
      fail(value, "'" + item + "' is not VOLTAGE=FILE");
    }
    Value file = value;
    file.text = item.substr(sign + 1);
    std::filesystem::path path;
    convert(file, path);
    text += (text.empty() ? "" : ",") + item.substr(0, sign + 1) + path.string();
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return text;
}

ImportValue value_of(const Value& value, const ImportOption& option) {
  using Type = ImportOption::Type;
  if (option.type == Type::kNumber) {
    std::uint64_t number = 0;
    convert(value, number);
    if (number >= 1 && number <= option.highest) return number;
    fail(value, value.text + " is not in 1.." + std::to_string(option.highest));
  }
  if (option.type == Type::kVoltage) {
    memory::Voltage voltage;
    convert(value, voltage);
    return voltage;
  }
  if (option.type == Type::kVoltages) return read_voltage_list(value);
  if (option.type == Type::kPath) return existing_file(value).string();
  if (option.type == Type::kWord) {
    const std::vector<std::string_view> words(option.words.begin(), option.words.end());
    return option.words[read_word(value, words)];
  }
  std::string text;
  convert(value, text);
  return text;
}

std::string key_of(const ImportOption& option) {
  std::string key = option.name;
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

}  // namespace

std::vector<std::filesystem::path> map_files(const Value& value) {
  std::vector<std::filesystem::path> files;
  if (value.kind == Value::Kind::kList) {
    for (const Value& item : value.items) {
      for (auto& file : map_files(item)) files.push_back(std::move(file));
    }
    if (files.empty()) fail(value, "names no map");
    return files;
  }
  std::filesystem::path path;
  convert(value, path);
  const std::string name = path.filename().string();
  if (name.find_first_of("*?") != std::string::npos) return matching_maps(value, path);
  if (memory::names_voltage_files(value.text)) {
    if (value.text.find('=') != std::string::npos) path = with_paths_resolved(value);
  } else if (!memory::is_dense_fault_map(path)) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
      fail(value, "is a directory, not a file: " + path.string() + "; its files are '" +
                      (path / "*").string() + "', or '" + (path / "*.csv").string() + "'");
    }
    return {existing_file(value)};
  }
  at_place_of(value, [&] { memory::files_of_map(path.string()); });
  return {path};
}

memory::MapImport no_map_import(const std::string& path) {
  return memory::MapImport(path + ".import.", '_');
}

memory::MapImport read_map_import(const Value& value) {
  std::vector<std::string> keys;
  for (const ImportOption& option : memory::import_options()) keys.push_back(key_of(option));
  const MapReader map(value, {keys.begin(), keys.end()});
  memory::MapImport import(value.path + ".", '_');
  for (const ImportOption& option : memory::import_options()) {
    const Value* found = map.find(key_of(option));
    if (found == nullptr) continue;
    if (option.type != ImportOption::Type::kFlag) {
      import.set(option.name, value_of(*found, option));
      continue;
    }
    bool flag = false;
    convert(*found, flag);
    if (flag) import.set(option.name, true);
  }
  return import;
}

}  // namespace brownout::config

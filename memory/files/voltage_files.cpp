// Patterns and lists of file names.
#include "memory/files/voltage_files.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/files/file_bytes.hpp"

namespace brownout::memory {
namespace {

using VoltagePath = std::pair<Voltage, std::filesystem::path>;

constexpr std::int64_t kMicroPerThousandth = 1000;

// A file name before and behind the voltage.
struct Pattern {
  std::string prefix, suffix;
  bool thousandths = false;
};

std::optional<Pattern> pattern_of(const std::string& name) {
  for (const std::string_view place : {"{V}", "{mV}"}) {
    const std::size_t at = name.find(place);
    if (at == std::string::npos) continue;
    return Pattern{name.substr(0, at), name.substr(at + place.size()), place == "{mV}"};
  }
  return {};
}

Voltage finite_voltage(const std::string& place, std::string_view text) {
  try {
    return Voltage::parse_finite(text);
  } catch (const InputError& error) {
    throw error.within(place);
  }
}

// Of the part of a file name between the pattern's prefix and suffix.
Voltage voltage_in_name(const std::string& path, std::string_view text, bool thousandths) {
  if (!thousandths) return finite_voltage(path, text);
  const std::optional<std::uint64_t> number = parse_unsigned(text);
  if (!number || *number > 1'000'000) {
    throw InputError(in_quotes(text) + " is not a voltage in thousandths").within(path);
  }
  return Voltage::from_micro(static_cast<std::int64_t>(*number) * kMicroPerThousandth);
}

std::vector<VoltagePath> matching_files(const std::filesystem::path& path, const Pattern& pattern) {
  const std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : ".";
  std::error_code ignored;
  if (!std::filesystem::is_directory(directory, ignored)) {
    throw InputError("no such directory").within(directory.string());
  }
  std::vector<VoltagePath> found;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(pattern.prefix) || !name.ends_with(pattern.suffix)) continue;
    const std::size_t fixed = pattern.prefix.size() + pattern.suffix.size();
    if (name.size() <= fixed) continue;
    const std::string_view middle =
        std::string_view(name).substr(pattern.prefix.size(), name.size() - fixed);
    const std::filesystem::path file = path.parent_path() / name;
    found.emplace_back(voltage_in_name(file.string(), middle, pattern.thousandths), file);
  }
  if (found.empty()) throw InputError("no file has such a name").within(path.string());
  return found;
}

std::vector<VoltagePath> listed_files(std::string_view list) {
  std::vector<VoltagePath> found;
  while (true) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view item = list.substr(0, comma);
    const std::size_t sign = item.find('=');
    if (sign == std::string_view::npos) {
      throw InputError(in_quotes(item) + " is not VOLTAGE=FILE");
    }
    found.emplace_back(finite_voltage(std::string(item), item.substr(0, sign)),
                       std::string(item.substr(sign + 1)));
    if (comma == list.size()) return found;
    list.remove_prefix(comma + 1);
  }
}

// By falling voltage.
std::vector<VoltagePath> named_files(const std::string& text) {
  const std::filesystem::path path = text;
  const std::optional<Pattern> pattern = pattern_of(path.filename().string());
  std::vector<VoltagePath> found = pattern ? matching_files(path, *pattern) : listed_files(text);
  std::sort(found.begin(), found.end(), std::greater<>());
  const auto twice = std::adjacent_find(
      found.begin(), found.end(),
      [](const VoltagePath& a, const VoltagePath& b) { return a.first == b.first; });
  if (twice != found.end()) {
    throw InputError(std::next(twice)->second.string() + " has the same voltage")
        .within(twice->second.string());
  }
  return found;
}

}  // namespace

bool names_voltage_files(const std::string& text) {
  return pattern_of(std::filesystem::path(text).filename().string()).has_value() ||
         text.find('=') != std::string::npos;
}

std::vector<VoltageText> read_voltage_files(const std::string& text) {
  std::vector<VoltageText> files;
  for (const auto& [voltage, file] : named_files(text)) {
    files.push_back({voltage, file.string(), read_file_bytes(file)});
  }
  return files;
}

std::vector<std::filesystem::path> voltage_file_paths(const std::string& text) {
  std::vector<std::filesystem::path> paths;
  for (auto& [voltage, file] : named_files(text)) paths.push_back(std::move(file));
  return paths;
}

}  // namespace brownout::memory

// What the files of a measured map do not say: one declared set of options, for the command line
// and for YAML, and the values that were given. What a format makes of them is its reader's
// business (read_map.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "memory/voltage.hpp"

namespace brownout::memory {

struct ImportOption {
  enum class Type : std::uint8_t { kFlag, kNumber, kWord, kText, kPath, kVoltage, kVoltages };

  std::string name;   ///< with dashes, as on the command line; YAML has '_' in their place
  std::string value;  ///< how help names the value; empty: a flag
  std::string text;   ///< one sentence for help
  Type type = Type::kText;
  std::vector<std::string> formats = {};  ///< that take it; none: all
  bool of_words = false;                  ///< any format takes it where rows are words
  std::vector<std::string> words = {};    ///< kWord: what is allowed
  std::uint64_t highest = 0xffffffff;     ///< kNumber: 1 to this
};

/// In the order in which help lists them.
const std::vector<ImportOption>& import_options();

/// kFlag: bool; kWord, kText and kPath: text.
using ImportValue = std::variant<bool, std::uint64_t, Voltage, std::vector<Voltage>, std::string>;

/// As YAML has it: "true", "1024", "0.85", "[0.9, 0.85]".
std::string to_string(const ImportValue& value);

class MapImport {
 public:
  /// How messages name an option: `prefix` and its name, with `dash` for the dashes in it.
  explicit MapImport(std::string prefix = "--", char dash = '-')
      : prefix_(std::move(prefix)), dash_(dash) {}

  /// The value has the option's type and is allowed: the readers of options see to that.
  void set(const std::string& name, ImportValue value);

  bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
  bool flag(std::string_view name) const { return has(name); }
  std::optional<std::string> text(std::string_view name) const;
  std::optional<std::uint32_t> number(std::string_view name) const;
  std::optional<Voltage> voltage(std::string_view name) const;
  std::vector<Voltage> voltages(std::string_view name) const;  ///< empty: not given
  const std::map<std::string, ImportValue, std::less<>>& values() const { return values_; }

  /// "--lowest-measured", "memory.chip.import.lowest_measured"
  std::string spelled(std::string_view name) const;
  /// Throws InputError "--name: message".
  [[noreturn]] void fail(std::string_view name, const std::string& message) const;
  /// Throws InputError that names all of `names` that are not given. `what`: "a map in the
  /// format npy".
  void require(const std::vector<std::string>& names, const std::string& what) const;

 private:
  std::string prefix_;
  char dash_;
  std::map<std::string, ImportValue, std::less<>> values_;
};

}  // namespace brownout::memory

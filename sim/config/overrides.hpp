// What the command line changes in a configuration before it is validated.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/axis.hpp"
#include "sim/config/yaml_value.hpp"

namespace brownout::config {

struct Overrides {
  std::optional<std::filesystem::path> accelerator;     ///< --accelerator FILE
  std::optional<std::filesystem::path> memory_profile;  ///< --memory FILE
  std::optional<std::filesystem::path> fault_map;       ///< --fault-map FILE: the one chip
  std::optional<std::filesystem::path> dataset;         ///< --dataset DIR: the full data set
  std::optional<std::string> mitigate;  ///< --mitigate LIST: in place of memory.mitigations
  /// --set KEY=VALUE, in order. Keys reach into the included files (`accelerator.array.rows`,
  /// `memory.profile.reference_voltage`, `energy.reference_volts.logic`); values are YAML and stand
  /// as if written in the workload file.
  std::vector<std::string> set;
  std::vector<Setting> axes = {};  ///< of every --axis KEY=A,B one value; as --set, after it
};

/// A value that comes from a command-line option instead of a file.
Value text_value(const std::string& text, const std::string& path, const std::string& option,
                 const std::filesystem::path& directory);

/// The same for an option whose text is YAML, e.g. a map in braces.
Value yaml_value(const std::string& text, const std::string& path, const std::string& option,
                 const std::filesystem::path& directory);

/// Applies one setting of --set or --axis to a document. Throws InputError "OPTION KEY: ...".
void apply_setting(Value& root, const Setting& setting, const std::string& option,
                   const std::filesystem::path& directory);

/// Of the "KEY=VALUE" of --set. Throws InputError.
Setting parse_setting(const std::string& assignment);

}  // namespace brownout::config

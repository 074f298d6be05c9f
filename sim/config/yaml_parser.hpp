// YAML text -> Value. Refuses what a strict reader must not guess at: duplicate keys, empty files,
// several documents, malformed text.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "sim/config/yaml_value.hpp"

namespace brownout::config {

/// Reads a file whose root is a map. Throws InputError "FILE:LINE: ..." on one line; where
/// the file cannot be read "FILE: ...".
Value parse_yaml_file(const std::filesystem::path& path);
/// `name` stands for the file in messages and for what relative paths are relative to.
Value parse_yaml_text(std::string_view text, const std::string& name);
/// The right side of `--set key=value`: any YAML value on one line; `path` is the key.
Value parse_override_value(std::string_view text, const std::string& path,
                           const std::shared_ptr<const Origin>& origin);

}  // namespace brownout::config

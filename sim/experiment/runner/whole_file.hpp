// Files that appear whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace brownout::experiment {

/// Writes beside the file and renames. Throws WorldError naming the file.
void write_whole_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace brownout::experiment

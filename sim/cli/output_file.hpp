// Checks of files that commands will write, before the work.
#pragma once

#include <filesystem>
#include <string>

namespace brownout::cli {

/// Throws std::runtime_error "--option: ..." when no file could be written there: a directory, or
/// in a directory that does not exist. Creates nothing.
void check_output_file(const std::filesystem::path& path, const std::string& option);

}  // namespace brownout::cli

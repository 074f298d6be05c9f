// Checks of files that commands will write, before the work.
#pragma once

#include <filesystem>
#include <string>

namespace brownout::cli {

/// Throws InputError "--option: ..." when no file could be written there: a directory, or
/// in a directory that does not exist; WorldError when that one is not writable. Creates nothing.
void check_output_file(const std::filesystem::path& path, const std::string& option);

/// The same for a directory that is made with those above it; it may be there already.
void check_directory_for(const std::filesystem::path& path, const std::string& option);

}  // namespace brownout::cli

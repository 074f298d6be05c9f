// A file's bytes as a whole, with the errors that users can act on.
#pragma once

#include <filesystem>
#include <string>

namespace brownout::memory {

/// Throws InputError naming the file: a directory, a file that cannot be read.
std::string read_file_bytes(const std::filesystem::path& path);

}  // namespace brownout::memory

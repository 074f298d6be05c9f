// A network's file as bytes, and how errors speak of it. No format.
#pragma once

#include <filesystem>
#include <string>

namespace brownout::models {

/// Throws InputError: no such file, not a regular one, empty, larger than kLargestFile, a
/// Git LFS pointer.
std::string read_network_file(const std::filesystem::path& path);

/// Throws InputError "FILE: message" on one line, whatever a broken file's names hold.
[[noreturn]] void fail_in_file(const std::string& path, const std::string& message);

}  // namespace brownout::models

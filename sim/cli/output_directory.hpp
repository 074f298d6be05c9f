// Directories that appear whole or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace brownout::cli {

struct OutputFile {
  std::string name;
  std::string bytes;
};

/// Throws InputError "--option: ..." when the directory exists already or could not be
/// made. Creates nothing.
void check_output_directory(const std::filesystem::path& path, const std::string& option);

/// Writes a directory beside `path` and renames it. Throws WorldError naming the place.
void write_whole_directory(const std::filesystem::path& path, const std::vector<OutputFile>& files);

}  // namespace brownout::cli

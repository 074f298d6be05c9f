// Looks, and touches nothing.
#include "sim/cli/output_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "memory/base/world_error.hpp"
#include "sim/cli/options.hpp"

namespace brownout::cli {
namespace {

void check_writable(const std::filesystem::path& directory, const std::string& option) {
  if (::access(directory.c_str(), W_OK) == 0) return;
  fail_world("--" + option + ": " + directory.string(), errno);
}

}  // namespace

void check_directory_for(const std::filesystem::path& path, const std::string& option) {
  std::error_code ignored;
  std::filesystem::path there = path.has_filename() ? path : path.parent_path();
  while (!there.empty() && !std::filesystem::exists(there, ignored)) there = there.parent_path();
  if (there.empty()) there = ".";
  if (!std::filesystem::is_directory(there, ignored)) {
    fail_option(option, path.string() + ": " + there.string() + " is a file, not a directory");
  }
  check_writable(there, option);
}

void check_output_file(const std::filesystem::path& path, const std::string& option) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored) || !path.has_filename()) {
    fail_option(option, path.string() + " is a directory, not a file");
  }
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  if (!std::filesystem::is_directory(parent, ignored)) {
    fail_option(option, "no such directory: " + parent.string());
  }
  check_writable(parent, option);
}

}  // namespace brownout::cli

// Looks, and touches nothing.
#include "sim/cli/output_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "sim/cli/options.hpp"

namespace brownout::cli {
void check_output_file(const std::filesystem::path& path, const std::string& option) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored) || !path.has_filename()) {
    fail_option(option, path.string() + " is a directory, not a file");
  }
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  if (!std::filesystem::is_directory(parent, ignored)) {
    fail_option(option, "no such directory: " + parent.string());
  }
  if (access(parent.c_str(), W_OK) != 0) {
    fail_option(option, parent.string() + ": " + std::generic_category().message(errno));
  }
}

}  // namespace brownout::cli

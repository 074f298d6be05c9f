// A directory is filled under another name; the rename makes it appear.
#include "sim/cli/output_directory.hpp"

#include <unistd.h>

#include <system_error>

#include "memory/base/world_error.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/experiment/runner/whole_file.hpp"

namespace brownout::cli {
namespace {

// "dir/" names the same directory as "dir".
std::filesystem::path without_slash(const std::filesystem::path& path) {
  return path.has_filename() ? path : path.parent_path();
}

}  // namespace

void check_output_directory(const std::filesystem::path& path, const std::string& option) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    fail_option(option, path.string() + " exists already; a new directory is wanted");
  }
  check_output_file(without_slash(path), option);
}

void write_whole_directory(const std::filesystem::path& path,
                           const std::vector<OutputFile>& files) {
  const std::filesystem::path target = without_slash(path);
  std::filesystem::path part = target;
  part += ".part" + std::to_string(::getpid());
  const auto require = [&](const std::error_code& error) {
    if (error) fail_world(path.string() + ": cannot be written", error.value());
  };
  std::error_code error;
  try {
    std::filesystem::create_directory(part, error);
    require(error);
    for (const OutputFile& file : files) experiment::write_whole_file(part / file.name, file.bytes);
    std::filesystem::rename(part, target, error);
    require(error);
  } catch (const WorldError&) {
    std::filesystem::remove_all(part, error);
    throw;
  }
}

}  // namespace brownout::cli

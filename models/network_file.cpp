// Reading a whole file that should hold a network.
#include "models/network_file.hpp"

#include <fstream>
#include <iterator>
#include <system_error>

#include "memory/base/input_error.hpp"
#include "models/git_lfs.hpp"
#include "models/network_limits.hpp"

namespace brownout::models {

std::string read_network_file(const std::filesystem::path& path) {
  const auto fail = [&](const char* message) { fail_in_file(path.string(), message); };
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) fail("no such file");
  if (!std::filesystem::is_regular_file(status)) fail("not a regular file");
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path, error));
  if (size > kLargestFile) fail("larger than 1 GiB");
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("cannot be opened");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  file.read(bytes.data(), size);
  if (file.gcount() != size) fail("cannot be read");
  if (bytes.empty()) fail("the file is empty");
  if (is_git_lfs_pointer(bytes)) fail(kGitLfsPointer);
  return bytes;
}

void fail_in_file(const std::string& path, const std::string& message) {
  std::string line = message;
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ') c = '?';
  }
  throw InputError(line).within(path);
}

}  // namespace brownout::models

// Reads in blocks, so that pipes work too.
#include "memory/files/file_bytes.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "memory/base/input_error.hpp"
#include "memory/base/world_error.hpp"

namespace brownout::memory {
namespace {

// No file of that name, or none for this user; all else is the machine's fault.
bool is_input(int error) {
  return error == ENOENT || error == ENOTDIR || error == EACCES || error == EPERM ||
         error == ELOOP || error == ENAMETOOLONG;
}

}  // namespace

std::string read_file_bytes(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw InputError("a directory, not a file").within(path.string());
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    const int error = errno;
    if (!is_input(error)) fail_world(path.string(), error);
    throw InputError(std::generic_category().message(error)).within(path.string());
  }
  std::string bytes;
  std::array<char, 1 << 16> block;
  while (in.read(block.data(), block.size()) || in.gcount() > 0) {
    bytes.append(block.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) throw WorldError(path.string() + ": reading failed; see to the disk");
  if (bytes.starts_with("version https://git-lfs.github.com/spec/")) {
    throw InputError("a Git LFS pointer in place of the file: git lfs pull fetches it")
        .within(path.string());
  }
  return bytes;
}

}  // namespace brownout::memory

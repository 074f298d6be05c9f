// Reads in blocks, so that pipes work too.
#include "memory/files/file_bytes.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace brownout::memory {

std::string read_file_bytes(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw std::runtime_error(path.string() + ": a directory, not a file");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw std::runtime_error(path.string() + ": " + std::generic_category().message(errno));
  }
  std::string bytes;
  std::array<char, 1 << 16> block;
  while (in.read(block.data(), block.size()) || in.gcount() > 0) {
    bytes.append(block.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) throw std::runtime_error(path.string() + ": reading failed");
  if (bytes.starts_with("version https://git-lfs.github.com/spec/")) {
    throw std::runtime_error(path.string() +
                             ": a Git LFS pointer in place of the file: git lfs pull fetches it");
  }
  return bytes;
}

}  // namespace brownout::memory

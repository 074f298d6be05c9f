#include "sim/experiment/runner/whole_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include "memory/base/world_error.hpp"

namespace brownout::experiment {

void write_whole_file(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::path part = path;
  part += ".part" + std::to_string(::getpid());
  {
    errno = 0;
    std::ofstream out(part, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out) {
      const int error = errno == 0 ? EIO : errno;
      std::error_code ignored;
      std::filesystem::remove(part, ignored);
      fail_world(path.string() + ": cannot be written", error);
    }
  }
  std::error_code error;
  std::filesystem::rename(part, path, error);
  if (error) {
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    fail_world(path.string() + ": cannot be written", error.value());
  }
}

}  // namespace brownout::experiment

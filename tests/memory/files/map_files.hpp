// For tests of map files: a directory of their own, files in it, random maps.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "memory/maps/sparse_fault_map.hpp"
#include "memory/numbers/keyed_random.hpp"

namespace brownout::memory {

/// An empty directory that is removed at the end of the test.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::string& name)
      : path_(std::filesystem::temp_directory_path() /
              ("brownout_" + name + "_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

/// A third of the cells fail, at one of 50 voltages from 0.51 to 1.00, some of them always.
inline SparseFaultMap random_map(const SramGeometry& geometry,
                                 const std::vector<FaultKind>& kinds) {
  std::vector<Fault> faults;
  for (std::uint32_t bank = 0; bank < geometry.banks; ++bank) {
    for (std::uint32_t row = 0; row < geometry.rows; ++row) {
      for (std::uint32_t column = 0; column < geometry.columns; ++column) {
        const std::uint64_t random = keyed_hash(1, bank, row, column);
        if (random % 3 != 0) continue;
        const auto step = static_cast<std::int64_t>(random / 3 % 51);
        const Voltage vfail =
            step == 50 ? Voltage::infinite() : Voltage::from_micro(510'000 + step * 10'000);
        faults.push_back({{bank, row, column}, vfail, kinds[random / 1000 % kinds.size()]});
      }
    }
  }
  return {{geometry, "V", {}, "random"}, std::move(faults)};
}

}  // namespace brownout::memory

// A directory with a small valid workload, whose files a test then spoils.
#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "memory/base/input_error.hpp"
#include "sim/config/workload_config.hpp"

namespace brownout::config {

/// What the call throws as InputError; "" when it throws nothing.
inline std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// Removes itself and its files.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    static std::atomic<int> count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("brownout_config_" + std::to_string(::getpid()) + "_" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream out(path_ / name, std::ios::binary);
    out << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

inline const char* const kWorkload = R"(workload:
  name: test
  network: net.onnx
  dataset: {format: mnist_idx, images: images.gz, labels: labels.gz}
  preprocess: {scale: 0.5, mean: [0.25], std: [2]}
accelerator: parts/accelerator.yaml
memory:
  profile: parts/profile.yaml
  chip: {generator: iid, kind: flip, seed: 7}
  encoding: twos_complement
  mitigations: []
operating_point: {weight_sram: 0.85}
sweep: {voltages: "1.00:0.75:0.05", chips: 3}
run: {batch: 10, seed: 5}
)";

inline const char* const kAccelerator = R"(accelerator:
  name: small
  clock_hz: 100e6
  array: {rows: 16, columns: 16}
  weight_sram: {capacity_kib: 64, banks: 4}
  placement: streaming
energy: table.yaml
)";

inline const char* const kProfile = R"(memory_profile:
  name: test-profile
  source: "made up"
  unit: Vmin
  error_free_voltage: 1.0
  reference_voltage: 1.0
  rows:
    - {voltage: 0.75, ber: 0.2}
    - {voltage: 0.9, ber: 0.001}
)";

/// The 22 nm table of the repository.
inline std::string energy_table_text() {
  std::ifstream in(BROWNOUT_SOURCE_DIR "/configs/energy/cmos_22nm.yaml");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct WorkloadFiles {
  TemporaryDirectory directory;
  std::filesystem::path workload;

  WorkloadFiles() {
    workload = directory.write("w.yaml", kWorkload);
    directory.write("parts/accelerator.yaml", kAccelerator);
    directory.write("parts/profile.yaml", kProfile);
    directory.write("parts/table.yaml", energy_table_text());
    for (const char* name : {"net.onnx", "images.gz", "labels.gz"}) directory.write(name, "x");
  }
  /// Replaces the first `from` in a file; throws when there is none.
  void edit(const std::string& name, const std::string& from, const std::string& to) const {
    std::ifstream in(directory / name);
    std::ostringstream text;
    text << in.rdbuf();
    std::string content = text.str();
    const std::size_t at = content.find(from);
    if (at == std::string::npos) throw std::logic_error("no " + from + " in " + name);
    directory.write(name, content.replace(at, from.size(), to));
  }
  WorkloadConfig load(const Overrides& overrides = {}) const {
    return load_workload(workload, overrides);
  }
  WorkloadConfig load_with(const std::vector<std::string>& set) const {
    Overrides overrides;
    overrides.set = set;
    return load(overrides);
  }
  /// The error of loading, with the directory's own path taken out.
  std::string load_error(const Overrides& overrides = {}) const {
    std::string text = error_of([&] { load(overrides); });
    const std::string prefix = (directory / "").string();
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
      text.erase(at, prefix.size());
    }
    return text;
  }
  std::string set_error(const std::string& assignment) const {
    Overrides overrides;
    overrides.set = {assignment};
    return load_error(overrides);
  }
};

}  // namespace brownout::config

// What the tests of both importers share: the files of tests/models/data, files made of bytes, and
// damage of every kind, which an importer must refuse with one line.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "memory/base/input_error.hpp"
#include "models/quantized_network.hpp"

namespace brownout::models::testing {

using Bytes = std::vector<std::uint8_t>;
using Import = QuantizedNetwork (*)(const std::filesystem::path&);

inline std::filesystem::path data(const std::string& name) {
  return std::filesystem::path(BROWNOUT_SOURCE_DIR) / "tests/models/data" / name;
}

inline Bytes read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::filesystem::path write_file(const std::string& name, const Bytes& bytes) {
  const std::filesystem::path path = std::filesystem::path(::testing::TempDir()) / name;
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return path;
}

/// The error, which is one line that begins with the file; "(accepted)" for a consistent network.
inline std::string refusal(Import import, const std::filesystem::path& path) {
  try {
    check_consistent(import(path));
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::StartsWith(path.string() + ": "));
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "(accepted)";
}

/// Cut off at every KiB, a small file at every 64 bytes, and everywhere near its ends.
inline void expect_every_truncation_refused(Import import, const std::filesystem::path& source) {
  const Bytes whole = read_bytes(source);
  const std::size_t step = whole.size() > 16 * 1024 ? 1024 : 64;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (size % step != 0 && size > 64 && size + 20 < whole.size()) continue;
    const auto end = whole.begin() + static_cast<std::ptrdiff_t>(size);
    const auto path = write_file("truncated", {whole.begin(), end});
    EXPECT_NE(refusal(import, path), "(accepted)") << source << " up to " << size;
  }
}

/// Whatever is in it, a file is imported or refused; never more, as sanitizers would tell.
inline int count_refused_damage(Import import, const std::filesystem::path& source, int times) {
  const Bytes whole = read_bytes(source);
  std::mt19937 random(1);
  int refused = 0;
  for (int i = 0; i < times; ++i) {
    Bytes damaged = whole;
    for (int change = 0; change <= i % 3; ++change) {
      std::uint8_t& byte = damaged[random() % damaged.size()];
      const auto kind = random() % 3;
      byte = kind == 0   ? std::uint8_t{255}
             : kind == 1 ? static_cast<std::uint8_t>(random())
                         : static_cast<std::uint8_t>(byte ^ 1U << random() % 8);
    }
    refused += refusal(import, write_file("damaged", damaged)) == "(accepted)" ? 0 : 1;
  }
  return refused;
}

/// The seeds of a fuzz target, among them what it once found.
inline void expect_corpus_survived(Import import, const std::string& target) {
  const auto corpus = std::filesystem::path(BROWNOUT_SOURCE_DIR) / "tests/fuzz/corpus" / target;
  int accepted = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
    accepted += refusal(import, entry.path()) == "(accepted)" ? 1 : 0;
  }
  EXPECT_GT(accepted, 2);
}

}  // namespace brownout::models::testing

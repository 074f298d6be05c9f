// Files as Brevitas and PyTorch export them: the engine's codes are those of the runtime that the
// scripts in tests/models/data/exporters name.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "models/engine/integer_engine.hpp"
#include "models/onnx/import.hpp"

namespace brownout::models {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(BROWNOUT_SOURCE_DIR) / "tests/models/data/exporters";

std::vector<std::uint8_t> read_bytes(const std::string& name) {
  std::ifstream file(kFolder / name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> names() {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".onnx") found.push_back(entry.path().stem().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

class ExportedNetwork : public ::testing::TestWithParam<std::string> {};

TEST_P(ExportedNetwork, GivesTheCodesOfItsSource) {
  const QuantizedNetwork network = import_onnx(kFolder / (GetParam() + ".onnx"));
  IntegerEngine engine(network);
  const auto expected = read_bytes(GetParam() + ".output.bin");
  // Else a network that only saturates would pass.
  EXPECT_GT(std::set(expected.begin(), expected.end()).size(), 8U);
  EXPECT_EQ(engine.run(read_bytes(GetParam() + ".input.bin")).logits, expected);
}

INSTANTIATE_TEST_SUITE_P(All, ExportedNetwork, ::testing::ValuesIn(names()),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace brownout::models

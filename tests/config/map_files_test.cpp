// Which maps a key names, and the import options as keys.
#include "sim/config/map_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/config/yaml_parser.hpp"
#include "tests/config/workload_files.hpp"

namespace brownout::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class MapFiles : public testing::Test {
 protected:
  // Of one text, or of a YAML list.
  std::vector<std::string> names(const std::string& pattern) const {
    std::string text = pattern;
    const std::string folder = (files_.directory / "").string();
    for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@')) {
      text.replace(at, 1, folder);
    }
    const Value root = parse_yaml_text("key: " + text, "w.yaml");
    std::vector<std::string> found;
    for (const auto& file : map_files(*root.find("key"))) {
      std::string name = file.string();
      for (std::size_t at = name.find(folder); at != std::string::npos; at = name.find(folder)) {
        name.erase(at, folder.size());
      }
      found.push_back(name);
    }
    return found;
  }

  WorkloadFiles files_;
};

TEST_F(MapFiles, APatternNamesAllFilesThatMatchByName) {
  EXPECT_THAT(names("'@parts/*.yaml'"),
              ElementsAre("parts/accelerator.yaml", "parts/profile.yaml", "parts/table.yaml"));
  EXPECT_THAT(names("'@parts/?able.yaml'"), ElementsAre("parts/table.yaml"));
  EXPECT_THAT(names("'@w.yaml'"), ElementsAre("w.yaml"));
  EXPECT_THAT(
      names("['@w.yaml', '@parts/*.yaml']"),
      ElementsAre("w.yaml", "parts/accelerator.yaml", "parts/profile.yaml", "parts/table.yaml"));
}

TEST_F(MapFiles, FilesOfSeveralVoltagesAreOneMap) {
  for (const char* name : {"d/die2_0.9.txt", "d/die2_0.85.txt", "d/die10_0.85.txt", "d/notes.txt",
                           "d/530mV.bin", "d/pairs/fmap_sa0_v_0.9.txt", "d/other/notes.txt"}) {
    files_.directory.write(name, "");
  }
  EXPECT_THAT(names("'@d/die2_{V}.txt'"), ElementsAre("d/die2_{V}.txt"));
  EXPECT_THAT(names("'@d/die*_{V}.txt'"), ElementsAre("d/die10_{V}.txt", "d/die2_{V}.txt"));
  EXPECT_THAT(names("'@d/*{mV}mV.bin'"), ElementsAre("d/{mV}mV.bin"));
  EXPECT_THAT(names("'@d/p*'"), ElementsAre("d/pairs"));  // a directory of text pairs
  EXPECT_THAT(names("'@d/pairs'"), ElementsAre("d/pairs"));
  EXPECT_THAT(names("'0.9=@w.yaml,0.8=@net.onnx'"), ElementsAre("0.9=w.yaml,0.8=net.onnx"));
}

TEST_F(MapFiles, WhatIsNotThereIsNamed) {
  const auto complaint = [&](const std::string& text) { return error_of([&] { names(text); }); };
  for (const std::string pattern : {"parts/*.csv", "gone/*.csv", "die*_{V}.txt"}) {
    EXPECT_EQ(complaint("'@" + pattern + "'"),
              "w.yaml:1: key: no file matches " + (files_.directory / pattern).string());
  }
  EXPECT_EQ(complaint("'@gone.csv'"),
            "w.yaml:1: key: no such file: " + (files_.directory / "gone.csv").string());
  EXPECT_THAT(complaint("'@parts'"), HasSubstr("w.yaml:1: key: is a directory, not a file"));
  EXPECT_THAT(complaint("'@d_{V}.txt'"), HasSubstr("no file has such a name"));
  EXPECT_THAT(complaint("'0.9=@w.yaml,x'"), HasSubstr("key: 'x' is not VOLTAGE=FILE"));
  EXPECT_EQ(complaint("[]"), "w.yaml:1: key: names no map");
}

memory::MapImport import_of(const std::string& text) {
  const Value root = parse_yaml_text("import: " + text, "w.yaml");
  return read_map_import(*root.find("import"));
}

TEST(MapImportKeys, EveryDeclaredOptionIsAKey) {
  for (const memory::ImportOption& option : memory::import_options()) {
    if (option.name == "scramble") continue;  // a file, below
    std::string key = option.name;
    std::replace(key.begin(), key.end(), '-', '_');
    using Type = memory::ImportOption::Type;
    const std::string value = option.type == Type::kFlag      ? "true"
                              : option.type == Type::kNumber  ? "8"
                              : option.type == Type::kVoltage ? "0.85"
                              : option.type == Type::kVoltages
                                  ? "[0.9, 0.85]"
                                  : (option.words.empty() ? "word" : option.words.back());
    const memory::MapImport import = import_of("{" + key + ": " + value + "}");
    ASSERT_EQ(import.values().size(), 1u) << key;
    EXPECT_EQ(memory::to_string(import.values().begin()->second), value);
    EXPECT_EQ(import.spelled(option.name), "import." + key);
  }
  EXPECT_FALSE(import_of("{logical: false}").has("logical"));
}

TEST(MapImportKeys, BadValuesAreRefusedWithTheirPlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"{unit: mV}", "w.yaml:1: import.unit: 'mV' is not one of V, Vmin"},
      {"{rows: 0}", "w.yaml:1: import.rows: 0 is not in 1..4294967295"},
      {"{lowest_measured: low}", "w.yaml:1: import.lowest_measured: "},
      {"{scramble: gone.csv}", "w.yaml:1: import.scramble: no such file"},
      {"{lowest-measured: 0.8}", "unknown key, did you mean lowest_measured?"},
      {"npy", "w.yaml:1: import: must be a map"}};
  for (const auto& [text, message] : cases) {
    EXPECT_THAT(error_of([&, &t = text] { import_of(t); }), HasSubstr(message)) << text;
  }
}

}  // namespace
}  // namespace brownout::config

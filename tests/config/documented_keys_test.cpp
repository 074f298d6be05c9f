// docs/configuration.md against the declarations of keys: type, range and default as they are, and
// no key that does not exist.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <regex>

#include "memory/base/text_number.hpp"
#include "sim/config/section_keys.hpp"
#include "sim/config/settable_keys.hpp"
#include "sim/hardware/accelerator_keys.hpp"
#include "tests/config/workload_files.hpp"

namespace brownout::config {
namespace {

using hardware::Key;

struct Row {
  std::string type, range, standard;  // the default
};

using Rows = std::map<std::string, Row>;

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream parts(line.substr(1));
  for (std::string cell; std::getline(parts, cell, '|');) {
    cells.push_back(std::regex_replace(cell, std::regex("^ +| +$"), ""));
  }
  return cells;
}

// The rows of the tables below a heading, by the words of their column `key`; `.b` beside `a.c` is
// `a.b`.
Rows rows_below(const std::string& heading) {
  std::ifstream page(BROWNOUT_SOURCE_DIR "/docs/configuration.md");
  const std::regex code("`([^`]+)`"), marks("^##+ ");
  Rows rows;
  std::string section, last;
  std::vector<std::string> header;
  for (std::string line; std::getline(page, line);) {
    if (std::regex_search(line, marks)) section = std::regex_replace(line, marks, "");
    if (!line.starts_with("|")) header.clear();
    if (section != heading || !line.starts_with("|")) continue;
    const std::vector<std::string> cells = cells_of(line);
    if (header.empty()) header = cells;
    const auto cell = [&](const char* column) {
      const auto at = std::find(header.begin(), header.end(), column);
      return at == header.end() ? "" : cells.at(static_cast<std::size_t>(at - header.begin()));
    };
    const std::string keys = cell("key");
    for (std::sregex_iterator at(keys.begin(), keys.end(), code), end; at != end; ++at) {
      const std::string name = (*at)[1];
      last = name[0] == '.' ? last.substr(0, last.rfind('.')) + name : name;
      rows.emplace(last, Row{cell("type"), cell("range"), cell("default")});
    }
  }
  return rows;
}

std::string type_of(const Key& key) {
  struct Names {
    std::string operator()(std::monostate) const { return ""; }
    std::string operator()(const bool*) const { return "bool"; }
    std::string operator()(const int*) const { return "integer"; }
    std::string operator()(const std::uint64_t*) const { return "integer"; }
    std::string operator()(const float*) const { return "number"; }
    std::string operator()(const double*) const { return "number"; }
    std::string operator()(const std::string*) const { return "text"; }
    std::string operator()(const memory::Voltage*) const { return "voltage"; }
    std::string operator()(const std::optional<int>*) const { return "integer"; }
    std::string operator()(const std::optional<double>*) const { return "number"; }
    std::string operator()(const std::optional<memory::Voltage>*) const { return "voltage"; }
    std::string operator()(const hardware::Choice&) const { return "word"; }
  };
  return std::visit(Names(), key.slot);
}

std::string range_of(const Key& key) {
  if (const auto* choice = std::get_if<hardware::Choice>(&key.slot)) {
    std::string words;
    for (const std::string_view word : choice->words) {
      words += (words.empty() ? "`" : ", `") + std::string(word) + "`";
    }
    return words;
  }
  if (std::holds_alternative<std::uint64_t*>(key.slot)) return "0..18446744073709551615";
  if (key.limits.positive) return "above 0";
  if (key.limits.low < std::numeric_limits<int>::min()) return "";
  return std::to_string(key.limits.low) + ".." + std::to_string(key.limits.high) +
         (key.limits.multiple == 1 ? "" : ", a multiple of " + std::to_string(key.limits.multiple));
}

// "1..2^31-1; more in words" as "1..2147483647".
std::string plain(std::string range) {
  range = range.substr(0, range.find(';'));
  std::smatch power;
  while (std::regex_search(range, power, std::regex("2\\^(\\d+)(-1)?"))) {
    const int exponent = std::stoi(power[1]);
    const std::uint64_t value = exponent == 64 ? 0 : std::uint64_t{1} << exponent;
    const std::string text = std::to_string(power[2].matched ? value - 1 : value);
    range.replace(static_cast<std::size_t>(power.position()),
                  static_cast<std::size_t>(power.length()), text);
  }
  return range;
}

// A default without backticks, a number in its shortest form.
std::string plain_default(const std::string& cell) {
  const std::string text = std::regex_replace(cell, std::regex("`"), "");
  const std::optional<double> number = parse_double(text);
  return number ? format_double(*number) : text;
}

std::string default_of(const Key& key) {
  if (key.required) return "";
  return key.text().empty() ? "none" : plain_default(key.text());
}

void expect_documented(const Rows& rows, const std::string& section, const std::vector<Key>& keys) {
  for (const Key& key : keys) {
    if (std::holds_alternative<std::monostate>(key.slot)) continue;
    const auto row = rows.find(section + key.name);
    ASSERT_NE(row, rows.end()) << section + key.name;
    SCOPED_TRACE(row->first);
    EXPECT_EQ(row->second.type, type_of(key));
    const std::string range = range_of(key);
    if (!range.empty()) {  // else there is none, or one in words
      EXPECT_EQ(plain(row->second.range), range);
    }
    EXPECT_EQ(plain_default(row->second.standard), default_of(key));
  }
}

TEST(DocumentedKeys, EachHasItsTypeRangeAndDefault) {
  hardware::AcceleratorSpec accelerator;
  expect_documented(rows_below("Accelerator"), "accelerator.",
                    hardware::accelerator_keys(accelerator));
  const Rows workload = rows_below("Workload");
  models::InputCodes input;
  SweepConfig sweep;
  RunConfig run;
  expect_documented(workload, "workload.input.", keys_of(input));
  expect_documented(workload, "sweep.", keys_of(sweep));
  expect_documented(workload, "run.", keys_of(run));
  memory::VoltageProfileData profile;
  expect_documented(rows_below("Memory profile"), "", keys_of(profile));
  const Rows energy = rows_below("Energy table");
  energy::EnergyTableData table;
  energy::Provenance provenance;
  expect_documented(energy, "", keys_of(table));
  expect_documented(energy, "events.EVENT.", keys_of(provenance));
  energy::SramModel sram;
  expect_documented(energy, "sram.", keys_of(sram));
  energy::LeakageTemperature temperature;
  expect_documented(energy, "temperature.", keys_of(temperature));
  energy::ClockLaw clock;
  expect_documented(energy, "clock.", keys_of(clock));
}

// What must be set besides for a key to be one; each is tried.
std::vector<std::vector<std::string>> surroundings(const std::string& key) {
  if (key.starts_with("workload.dataset.")) {
    return {{"workload.dataset={format: mnist_idx}"},
            {"workload.dataset={format: cifar10_binary}"},
            {"workload.dataset={format: npz}"},
            {"workload.dataset={format: image_folder}"}};
  }
  if (key.starts_with("memory.chip.")) {
    return {{"memory.chip={generator: gaussian_vmin}"},
            {"memory.chip={generator: bitline_vmin}"},
            {"memory.chip={map: x.csv}"}};
  }
  if (key.starts_with("memory.activation_sram.")) {
    return {{"memory.activation_sram={profile: parts/profile.yaml}"}};
  }
  if (key.starts_with("memory.accumulator.")) {
    return {{"memory.accumulator={profile: parts/profile.yaml}"}};
  }
  return {{}};
}

// Whether reading goes on behind the check of keys, to any other complaint about "{}" or none.
bool exists(const WorkloadFiles& files, const std::string& key) {
  for (std::vector<std::string> set : surroundings(key)) {
    set.push_back(key + "={}");
    Overrides overrides;
    overrides.set = set;
    const std::string error = files.load_error(overrides);
    if (error.find("unknown key") == std::string::npos) return true;
  }
  return false;
}

TEST(DocumentedKeys, ThoseThatCompletionOffersExist) {
  const WorkloadFiles files;
  for (const std::string& key : settable_keys()) EXPECT_TRUE(exists(files, key)) << key;
}

TEST(DocumentedKeys, NoneIsUnknown) {
  const WorkloadFiles files;
  const std::pair<std::string, std::string> sections[] = {{"Workload", ""},
                                                          {"Generators", "memory.chip."},
                                                          {"Accelerator", ""},
                                                          {"Memory profile", "memory.profile."},
                                                          {"Energy table", "energy."}};
  int checked = 0;
  for (const auto& [heading, prefix] : sections) {
    for (const auto& [name, row] : rows_below(heading)) {
      if (std::regex_search(name, std::regex("NAME|\\*|\\["))) continue;  // for many keys
      const std::string of_event = std::regex_replace(name, std::regex("EVENT"), "mac_active");
      const std::string key = prefix + std::regex_replace(of_event, std::regex("CODE"), "secded");
      EXPECT_TRUE(exists(files, key)) << key;
      ++checked;
    }
  }
  EXPECT_GT(checked, 100);
  EXPECT_FALSE(exists(files, "memory.chip.vmin"));
  EXPECT_FALSE(exists(files, "workload.dataset.path"));
  EXPECT_FALSE(exists(files, "run.chips"));
}

}  // namespace
}  // namespace brownout::config

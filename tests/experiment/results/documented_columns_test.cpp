// The tables of docs/results.md and docs/safe-voltage.md against those that the files are written
// by: the same columns in the same order, with the same units and meanings.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <ostream>
#include <regex>

#include "sim/experiment/line_columns.hpp"
#include "sim/experiment/results/layer_columns.hpp"
#include "sim/experiment/results/point_columns.hpp"
#include "sim/experiment/results/statistics_columns.hpp"
#include "sim/experiment/results/yield_columns.hpp"
#include "sim/experiment/sensitivity_columns.hpp"
#include "sim/experiment/vmin/judgement.hpp"
#include "sim/experiment/vmin/safe_voltage.hpp"

namespace brownout::experiment {
namespace {

struct Told {
  std::string name, unit, meaning;
  bool operator==(const Told&) const = default;
};

void PrintTo(const Told& told, std::ostream* out) {
  *out << told.name << " [" << told.unit << "] " << told.meaning;
}

/// Without the signs of Markdown.
std::string plain(std::string text) {
  text = std::regex_replace(text, std::regex(R"(\[([^\]]*)\]\([^)]*\))"), "$1");  // links
  return std::regex_replace(text, std::regex(R"(`|\\(?=\|))"), "");
}

/// Of the tables "| `column`, `another` | unit | definition |" below a heading and the next ones,
/// up to the heading `end`.
std::vector<Told> documented(const std::string& heading, const std::string& end,
                             const std::string& page = "results.md") {
  std::ifstream in(BROWNOUT_SOURCE_DIR "/docs/" + page);
  const std::regex row(R"(\| (`[^|]*`) \| ([^|]*?) ?\| (.*) \|)"), name("`([^`]*)`");
  std::vector<Told> columns;
  std::string line;
  while (std::getline(in, line) && line != "## " + heading) {
  }
  std::smatch cells;
  while (std::getline(in, line) && line != "## " + end) {
    if (!std::regex_match(line, cells, row)) continue;
    const std::string names = cells[1];
    for (std::sregex_iterator it(names.begin(), names.end(), name), last; it != last; ++it) {
      columns.push_back({(*it)[1], plain(cells[2]), plain(cells[3])});
    }
  }
  return columns;
}

/// Those that are always there first, then group by group: as the page has them.
template <typename Row>
std::vector<Told> declared(const std::vector<Column<Row>>& columns) {
  std::vector<bool OptionalColumns::*> groups = {nullptr};
  for (const Column<Row>& column : columns) {
    if (std::find(groups.begin(), groups.end(), column.group) == groups.end()) {
      groups.push_back(column.group);
    }
  }
  std::vector<Told> told;
  for (const auto group : groups) {
    for (const Column<Row>& column : columns) {
      if (column.group == group) told.push_back({column.name, column.unit, column.meaning});
    }
  }
  return told;
}

TEST(DocumentedColumns, ThoseOfPointsAreTheOnesThatAreWritten) {
  EXPECT_THAT(documented("points.csv", "statistics.csv"),
              ::testing::ElementsAreArray(declared(point_columns())));
}

TEST(DocumentedColumns, ThoseOfStatisticsAreTheOnesThatAreWritten) {
  EXPECT_THAT(documented("statistics.csv", "layers.csv"),
              ::testing::ElementsAreArray(declared(statistics_columns())));
}

TEST(DocumentedColumns, ThoseOfLayersAreTheOnesThatAreWritten) {
  std::vector<Told> told;
  for (const Column<PointResult>& key : point_key_columns()) {
    told.push_back({key.name, "", "the point"});
  }
  for (const Told& column : declared(layer_columns())) told.push_back(column);
  EXPECT_THAT(documented("layers.csv", "sensitivity.csv"), ::testing::ElementsAreArray(told));
}

TEST(DocumentedColumns, ThoseOfPartsOfTheFaultsAreTheOnesThatAreWritten) {
  EXPECT_THAT(documented("sensitivity.csv", "lines.csv"),
              ::testing::ElementsAreArray(declared(sensitivity_columns())));
}

TEST(DocumentedColumns, ThoseOfLinesAreTheOnesThatAreWritten) {
  EXPECT_THAT(documented("lines.csv", "Which chips pass"),
              ::testing::ElementsAreArray(declared(line_columns())));
}

TEST(DocumentedColumns, ThoseOfDiesAreTheOnesThatAreWritten) {
  EXPECT_THAT(documented("dies.csv", "yields.csv"),
              ::testing::ElementsAreArray(declared(die_columns())));
}

TEST(DocumentedColumns, ThoseOfYieldsAreTheOnesThatAreWritten) {
  EXPECT_THAT(documented("yields.csv", "The worst faults"),
              ::testing::ElementsAreArray(declared(yield_columns())));
}

TEST(DocumentedColumns, ThoseOfTheSafeVoltageAreTheOnesThatAreWritten) {
  EXPECT_THAT(documented("v_safe.json", "search.csv", "safe-voltage.md"),
              ::testing::ElementsAreArray(declared(safe_voltage_columns())));
  EXPECT_THAT(documented("search.csv", "How many chips", "safe-voltage.md"),
              ::testing::ElementsAreArray(declared(search_columns())));
}

}  // namespace
}  // namespace brownout::experiment

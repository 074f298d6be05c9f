// One chip judged at one voltage: the row of search.csv, and of the journal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memory/voltage.hpp"
#include "sim/experiment/results/column.hpp"
#include "sim/experiment/results/score.hpp"
#include "sim/experiment/vmin/image_test.hpp"

namespace brownout::experiment {

struct Judgement {
  memory::Voltage voltage = {};
  std::string unit = {};
  std::uint64_t chip = 0;
  std::int64_t images = 0;                  ///< that it took
  std::optional<PairedCounts> paired = {};  ///< on these; of top-1
  double drop = 0;                          ///< of the metric on these, against no faults
  bool pass = false;
  SettledBy by{};
};

/// In the order of the file.
const std::vector<Column<Judgement>>& search_columns();

std::string search_row(const Judgement& judgement);
/// Throws InputError for what is no such row.
Judgement parse_search_row(std::string_view row);

}  // namespace brownout::experiment

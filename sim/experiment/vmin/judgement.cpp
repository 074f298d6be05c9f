#include "sim/experiment/vmin/judgement.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "sim/experiment/results/named_fields.hpp"

namespace brownout::experiment {
namespace {

constexpr char kFile[] = "search.csv";

constexpr std::array kSettledBy = {std::pair{SettledBy::kAllImages, "all_images"},
                                   std::pair{SettledBy::kArithmetic, "arithmetic"},
                                   std::pair{SettledBy::kBound, "bound"}};

std::string to_string(SettledBy by) {
  for (const auto& [value, name] : kSettledBy) {
    if (value == by) return name;
  }
  throw std::logic_error("unknown SettledBy");
}

SettledBy parse_settled_by(std::string_view text) {
  for (const auto& [value, name] : kSettledBy) {
    if (text == name) return value;
  }
  throw InputError(kFile, "settled_by: " + in_quotes(text) + " is unknown");
}

Column<Judgement> paired_column(const std::string& name, const std::string& meaning,
                                std::int64_t PairedCounts::*count) {
  return {name, "count", meaning, [count](const Judgement& judgement) -> Field {
            if (!judgement.paired) return {};
            return (*judgement.paired).*count;
          }};
}

std::string header() {
  CsvRow row;
  add_names(search_columns(), {}, row);
  return row.text();
}

}  // namespace

const std::vector<Column<Judgement>>& search_columns() {
  static const std::vector<Column<Judgement>> columns = {
      {"voltage", "unit", "as in points.csv",
       [](const Judgement& judgement) { return judgement.voltage.text(); }},
      {"unit", "", "as in points.csv", &Judgement::unit},
      {"chip", "", "as in points.csv", &Judgement::chip},
      {"images", "count", "images that it took to judge the chip", &Judgement::images},
      paired_column("images_lost",
                    "of these, right without faults and wrong here; empty for a reconstruction",
                    &PairedCounts::lost),
      paired_column("images_gained", "the other way; likewise", &PairedCounts::gained),
      {"drop", "share", "metric without faults - metric, on these images", &Judgement::drop},
      {"pass", "", "1 where the chip passes, else 0",
       [](const Judgement& judgement) { return std::int64_t{judgement.pass}; }},
      {"settled_by", "",
       "all_images, arithmetic (the others cannot change the verdict), or bound (they would with a "
       "chance below the error of a verdict)",
       [](const Judgement& judgement) { return to_string(judgement.by); }},
  };
  return columns;
}

std::string search_row(const Judgement& judgement) {
  CsvRow row;
  add_fields(search_columns(), {}, judgement, row);
  return row.text();
}

Judgement parse_search_row(std::string_view row) {
  const std::string names = header();
  const NamedFields fields(kFile, names, row);
  Judgement judgement{.voltage = memory::Voltage::parse(fields.text("voltage")),
                      .unit = std::string(fields.text("unit")),
                      .chip = fields.count("chip"),
                      .images = static_cast<std::int64_t>(fields.count("images")),
                      .drop = fields.number("drop"),
                      .pass = fields.count("pass") != 0,
                      .by = parse_settled_by(fields.text("settled_by"))};
  if (!fields.text("images_lost").empty()) {
    judgement.paired = {static_cast<std::int64_t>(fields.count("images_lost")),
                        static_cast<std::int64_t>(fields.count("images_gained"))};
  }
  return judgement;
}

}  // namespace brownout::experiment

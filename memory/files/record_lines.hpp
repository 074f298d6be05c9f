// Text files with a record a line, whose fields have titles: tables, and logs by a pattern. What
// the titles mean is columns.hpp's business.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memory/files/csv_lines.hpp"
#include "memory/files/line_pattern.hpp"
#include "memory/voltage.hpp"

namespace brownout::memory {

struct RecordFile {
  std::optional<Voltage> voltage;  ///< of all its lines; nothing: the file has a column
  std::string name;                ///< stands for the file in messages
  std::string text;
};

class RecordLines {
 public:
  /// Without a pattern the first line has the titles. `file` and `pattern` outlive the object.
  /// Throws InputError when the titles are missing.
  RecordLines(const RecordFile& file, const LinePattern* pattern);

  const std::vector<std::string>& titles() const { return titles_; }
  /// Moves on to the next record; false at the end. Throws InputError with file:line: too
  /// many or too few fields, a line that begins like the pattern and goes on in another way.
  bool next();
  /// Of the record, by titles().
  const std::vector<std::string_view>& fields() const { return fields_; }
  const CsvLines& lines() const { return lines_; }
  /// How many lines the pattern skipped; empty without one.
  std::string note() const;

 private:
  CsvLines lines_;
  const LinePattern* pattern_;
  std::vector<std::string> titles_;
  std::vector<std::string_view> fields_;
  std::size_t records_ = 0, skipped_ = 0;
};

}  // namespace brownout::memory

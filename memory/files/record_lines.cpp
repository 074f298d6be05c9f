#include "memory/files/record_lines.hpp"

#include <utility>

#include "memory/base/text_number.hpp"

namespace brownout::memory {

RecordLines::RecordLines(const RecordFile& file, const LinePattern* pattern)
    : lines_(file.text, file.name, CsvLines::Separator::kAny), pattern_(pattern) {
  if (pattern_ != nullptr) {
    titles_ = pattern_->names();
    return;
  }
  if (!lines_.next()) lines_.fail("the column names are missing");
  titles_.assign(lines_.fields().begin(), lines_.fields().end());
}

bool RecordLines::next() {
  while (lines_.next()) {
    if (pattern_ == nullptr) {
      fields_ = lines_.fields();
      if (fields_.size() == titles_.size()) return true;
      lines_.fail(std::to_string(fields_.size()) + " fields instead of " +
                  std::to_string(titles_.size()));
    }
    if (!pattern_->starts_in(lines_.line())) {
      ++skipped_;
      continue;
    }
    auto values = pattern_->match(lines_.line());
    if (!values) lines_.fail(in_quotes(lines_.line()) + " does not go on like the pattern");
    fields_ = std::move(*values);
    ++records_;
    return true;
  }
  return false;
}

std::string RecordLines::note() const {
  if (skipped_ == 0) return {};
  return std::to_string(records_) + " of " + std::to_string(records_ + skipped_) +
         " lines are of the pattern";
}

}  // namespace brownout::memory

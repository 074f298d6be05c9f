// Lines of comma-separated fields, with their place for messages. No quotes: no field of ours
// holds a comma.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace brownout::memory {

class CsvLines {
 public:
  /// Both outlive the object. `name` stands for the file in messages.
  CsvLines(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  /// Moves on to the next line that is neither empty nor a comment (#); false at the end.
  bool next();
  /// Of the line, without the blanks around them.
  const std::vector<std::string_view>& fields() const { return fields_; }
  /// Throws std::runtime_error "file:line: message".
  [[noreturn]] void fail(const std::string& message) const;

 private:
  std::string_view rest_;
  const std::string& name_;
  std::size_t line_number_ = 0;
  std::vector<std::string_view> fields_;
};

}  // namespace brownout::memory

// Lines of fields, with their place for messages. Quotes only around whole fields: no field of ours
// holds a separator.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace brownout::memory {

class CsvLines {
 public:
  /// kAny: what the first line of fields shows: commas, semicolons, tabs or else blanks.
  enum class Separator { kComma, kAny };

  /// Text and name outlive the object. `name` stands for the file in messages.
  CsvLines(std::string_view text, const std::string& name, Separator separator = Separator::kComma)
      : rest_(text), name_(name), any_(separator == Separator::kAny) {}

  /// Moves on to the next line that is neither empty nor a comment (# or //); false at the end.
  bool next();
  /// Of the line, without the blanks and quotes around them.
  const std::vector<std::string_view>& fields() const { return fields_; }
  std::string_view line() const { return line_; }  ///< without the blanks around it
  std::size_t line_number() const { return line_number_; }
  /// The comments passed so far, without their #, and the numbers of their lines.
  const std::vector<std::pair<std::size_t, std::string_view>>& comments() const {
    return comments_;
  }

  /// Throws InputError "file:line: message".
  [[noreturn]] void fail(const std::string& message) const { fail_at(line_number_, message); }
  [[noreturn]] void fail_at(std::size_t line_number, const std::string& message) const;

 private:
  void split(std::string_view line);

  std::string_view rest_, line_;
  const std::string& name_;
  bool any_;
  char separator_ = ',';  // ' ': runs of blanks and tabs
  std::size_t line_number_ = 0;
  std::vector<std::string_view> fields_;
  std::vector<std::pair<std::size_t, std::string_view>> comments_;
};

}  // namespace brownout::memory

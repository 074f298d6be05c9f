// A log line as text with places for values: "FAIL VDD={voltage} ADDR={address:hex}".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brownout::memory {

/// No regular expression: the text between the places must stand in the line as it is (a blank for
/// one or more blanks or tabs), a value ends where the text behind its place begins, behind the
/// last place at the next blank, comma or semicolon. So a line is read once, whatever the pattern.
class LinePattern {
 public:
  /// {name} is a place, {*} one whose value does not matter. Throws InputError that quotes
  /// the pattern: longer than 500 characters, a brace without its other half, no place, places
  /// without text between them, a name twice.
  explicit LinePattern(std::string_view text);

  const std::vector<std::string>& names() const { return names_; }  ///< without the {*}
  /// What a line that is meant holds: the text before the first place. Empty: any line is.
  const std::string& start() const { return parts_.front().text; }
  bool starts_in(std::string_view line) const;
  /// The values by names(), or nothing when the line goes on in another way.
  std::optional<std::vector<std::string_view>> match(std::string_view line) const;

 private:
  struct Part {
    std::string text;      // in front of the place
    bool is_kept = false;  // its value
  };
  std::vector<Part> parts_;
  std::string end_;  // behind the last place
  std::vector<std::string> names_;
};

}  // namespace brownout::memory

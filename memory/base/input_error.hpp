// What was given to the program is wrong: where, which key, and what is allowed instead.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace brownout {

/// Bad input; nothing else means exit status 2. Whoever finds it names what it knows, often a key
/// relative to itself and a text; whoever catches it adds the key above or the place:
///   InputError("rows", "0 is not in 1..1024").below("array").within("FILE:14")
/// what() is "FILE:14: array.rows: 0 is not in 1..1024"; a part that is empty is left out.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::string text);
  InputError(std::string key, std::string text);

  const std::string& place() const { return place_; }  ///< a file and line, an option; or empty
  const std::string& key() const { return key_; }      ///< dotted; or empty
  const std::string& text() const { return text_; }

  /// The same error, found in `place`; a place that it has stays behind that one.
  InputError within(const std::string& place) const;
  /// The same error of a key below `key`; `key` itself if it has none.
  InputError below(const std::string& key) const;

 private:
  InputError(std::string place, std::string key, std::string text);

  std::string place_, key_, text_;
};

/// Throws InputError "key: 0 is not in 1..1024" unless low <= value <= high.
void require_range(const std::string& key, std::int64_t value, std::int64_t low, std::int64_t high);

}  // namespace brownout

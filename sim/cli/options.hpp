// A command's options as data, and a command line read against them. Values are parsed whole;
// every complaint names the option and what it allows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memory/voltage.hpp"

namespace brownout::cli {

struct OptionSpec {
  std::string name;   ///< without the dashes
  std::string value;  ///< how help names the value; empty: a flag
  std::string text;   ///< one sentence, the default included
  bool repeatable = false;
};

struct CommandSpec {
  std::string name;     ///< "run", "map info"
  std::string summary;  ///< one line
  std::string purpose;  ///< one paragraph
  std::string example;  ///< a command line that works in the repository
  /// How help names the one required argument; "DIR...": one or more; empty: there is none.
  std::string positional;
  std::vector<OptionSpec> options;
};

/// The words behind a command's name, sorted into options. All throw InputError.
class Arguments {
 public:
  /// Unknown options (names the nearest), options given twice, values or arguments that are
  /// missing or too many.
  Arguments(const CommandSpec& spec, const std::vector<std::string>& words);

  bool has(const std::string& name) const { return values_.contains(name); }
  /// The one argument, or the first of several; empty beside --help.
  const std::string& positional() const;
  const std::vector<std::string>& positionals() const { return positionals_; }
  std::vector<std::string> all(const std::string& name) const;
  std::optional<std::string> text(const std::string& name) const;
  /// The same, and throws when the option is not given.
  std::string required(const std::string& name) const;
  std::optional<std::filesystem::path> path(const std::string& name) const;
  /// A whole number in low..high.
  std::optional<std::uint64_t> integer(const std::string& name, std::uint64_t low,
                                       std::uint64_t high) const;
  std::optional<int> count(const std::string& name, int low, int high) const;
  /// A finite number in low..high.
  std::optional<double> number(const std::string& name, double low, double high) const;
  /// Finite numbers in low..high with commas, none twice.
  std::optional<std::vector<double>> numbers(const std::string& name, double low,
                                             double high) const;
  /// One of `words`.
  std::optional<std::string> choice(const std::string& name,
                                    const std::vector<std::string>& words) const;
  std::optional<memory::Voltage> voltage(const std::string& name) const;
  std::optional<std::vector<memory::Voltage>> voltages(const std::string& name) const;
  /// When both options are given.
  void exclude(const std::string& name, const std::string& other) const;

 private:
  std::map<std::string, std::vector<std::string>> values_;  // flags: one empty text
  std::vector<std::string> positionals_;
};

/// The start of a message about an option: throws "--name: text".
[[noreturn]] void fail_option(const std::string& name, const std::string& text);

}  // namespace brownout::cli

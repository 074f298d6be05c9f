// Boost splits the words; kinds, ranges and messages are ours.
#include "sim/cli/options.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <limits>
#include <stdexcept>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "sim/config/voltage_list.hpp"
#include "sim/config/yaml_reader.hpp"

namespace brownout::cli {
namespace {

namespace po = boost::program_options;

po::options_description description_of(const CommandSpec& spec) {
  po::options_description description;
  for (const OptionSpec& option : spec.options) {
    if (option.value.empty()) {
      description.add_options()(option.name.c_str(), "");
    } else {
      description.add_options()(option.name.c_str(), po::value<std::string>(), "");
    }
  }
  return description;
}

std::string without_dashes(std::string name) {
  name.erase(0, std::min(name.find_first_not_of('-'), name.size()));
  return name;
}

[[noreturn]] void fail_unknown(const CommandSpec& spec, const std::string& name) {
  std::vector<std::string_view> known;
  for (const OptionSpec& option : spec.options) known.emplace_back(option.name);
  const std::string word = without_dashes(name);
  const auto longer = std::find_if(known.begin(), known.end(), [&](std::string_view option) {
    return !word.empty() && option.starts_with(word);
  });
  const std::string near =
      longer != known.end() ? std::string(*longer) : config::nearest(word, known);
  throw InputError("unknown option " + in_quotes(name) +
                   (near.empty() ? "; brownout " + spec.name + " --help lists all"
                                 : ", did you mean --" + near + "?"));
}

// Long options only, never abbreviated: an option of a later version cannot change a script.
std::vector<po::option> split(const CommandSpec& spec, const std::vector<std::string>& words) {
  using po::command_line_style::allow_long;
  using po::command_line_style::long_allow_adjacent;
  using po::command_line_style::long_allow_next;
  const po::options_description description = description_of(spec);
  try {
    return po::command_line_parser(words)
        .options(description)
        .style(allow_long | long_allow_adjacent | long_allow_next)
        .run()
        .options;
  } catch (const po::unknown_option& error) {
    fail_unknown(spec, error.get_option_name());
  } catch (const po::invalid_command_line_syntax& error) {
    const bool flag = error.kind() == po::invalid_syntax::extra_parameter;
    fail_option(without_dashes(error.get_option_name()),
                flag ? "takes no value" : "the value is missing");
  } catch (const po::error& error) {
    throw InputError(error.what());
  }
}

const OptionSpec& spec_of(const CommandSpec& spec, const std::string& name) {
  const auto found = std::find_if(spec.options.begin(), spec.options.end(),
                                  [&](const OptionSpec& option) { return option.name == name; });
  if (found == spec.options.end()) throw std::logic_error("no option " + name);
  return *found;
}

double number_in_range(const std::string& name, std::string_view text, double low, double high) {
  const std::optional<double> number = parse_double(text);
  if (number && *number >= low && *number <= high) return *number;
  fail_option(name, in_quotes(text) + " is not a number in " + format_double(low) + ".." +
                        format_double(high));
}

std::string range_text(std::uint64_t low, std::uint64_t high) {
  return std::to_string(low) + ".." + std::to_string(high);
}

}  // namespace

void fail_option(const std::string& name, const std::string& text) {
  throw InputError(text).within("--" + name);
}

Arguments::Arguments(const CommandSpec& spec, const std::vector<std::string>& words) {
  std::vector<std::string> arguments;
  for (const po::option& option : split(spec, words)) {
    if (option.string_key.empty()) {
      arguments.insert(arguments.end(), option.value.begin(), option.value.end());
      continue;
    }
    std::vector<std::string>& values = values_[option.string_key];
    if (!values.empty() && !spec_of(spec, option.string_key).repeatable) {
      fail_option(option.string_key, "is given twice");
    }
    values.push_back(option.value.empty() ? std::string() : option.value.front());
  }
  for (const std::string& argument : arguments) {
    if (argument.size() > 1 && argument.front() == '-') fail_unknown(spec, argument);
  }
  const bool several = spec.positional.ends_with("...");
  const std::size_t most = several ? arguments.size() : spec.positional.empty() ? 0 : 1;
  if (arguments.size() > most) {
    throw InputError("unexpected argument " + in_quotes(arguments[most]) + "; usage: brownout " +
                     spec.name + (most == 0 ? "" : " " + spec.positional) + " [options]");
  }
  const bool needed = !spec.positional.empty() && !has("help") && !has("version");
  if (needed && (arguments.empty() || arguments.front().empty())) {
    throw InputError(spec.positional + " is missing; usage: brownout " + spec.name + " " +
                     spec.positional + " [options]");
  }
  positionals_ = std::move(arguments);
}

const std::string& Arguments::positional() const {
  static const std::string kNone;
  return positionals_.empty() ? kNone : positionals_.front();
}

std::vector<std::string> Arguments::all(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::optional<std::string> Arguments::text(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return {};
  if (found->second.front().empty()) fail_option(name, "the value is empty");
  return found->second.front();
}

std::string Arguments::required(const std::string& name) const {
  const std::optional<std::string> value = text(name);
  if (!value) fail_option(name, "is required");
  return *value;
}

std::optional<std::filesystem::path> Arguments::path(const std::string& name) const {
  const std::optional<std::string> value = text(name);
  if (!value) return {};
  return std::filesystem::path(*value);
}

std::optional<std::uint64_t> Arguments::integer(const std::string& name, std::uint64_t low,
                                                std::uint64_t high) const {
  const std::optional<std::string> value = text(name);
  if (!value) return {};
  const std::optional<std::uint64_t> number = parse_unsigned(*value);
  if (!number || *number < low || *number > high) {
    fail_option(name, in_quotes(*value) + " is not a whole number in " + range_text(low, high));
  }
  return number;
}

std::optional<int> Arguments::count(const std::string& name, int low, int high) const {
  const std::optional<std::uint64_t> value =
      integer(name, static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(high));
  if (!value) return {};
  return static_cast<int>(*value);
}

std::optional<double> Arguments::number(const std::string& name, double low, double high) const {
  const std::optional<std::string> value = text(name);
  if (!value) return {};
  return number_in_range(name, *value, low, high);
}

std::optional<std::vector<double>> Arguments::numbers(const std::string& name, double low,
                                                      double high) const {
  const std::optional<std::string> value = text(name);
  if (!value) return {};
  std::vector<double> numbers;
  std::string_view rest = *value;
  for (bool more = true; more;) {
    const std::size_t comma = rest.find(',');
    numbers.push_back(number_in_range(name, rest.substr(0, comma), low, high));
    more = comma != std::string_view::npos;
    if (more) rest.remove_prefix(comma + 1);
  }
  return numbers;
}

std::optional<std::string> Arguments::choice(const std::string& name,
                                             const std::vector<std::string>& words) const {
  std::optional<std::string> value = text(name);
  if (!value || std::find(words.begin(), words.end(), *value) != words.end()) return value;
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  fail_option(name, in_quotes(*value) + " is not one of " + list);
}

std::optional<memory::Voltage> Arguments::voltage(const std::string& name) const {
  const std::optional<std::vector<memory::Voltage>> list = voltages(name);
  if (!list) return {};
  if (list->size() != 1) fail_option(name, "one voltage is wanted, not a list");
  return list->front();
}

std::optional<std::vector<memory::Voltage>> Arguments::voltages(const std::string& name) const {
  const std::optional<std::string> value = text(name);
  if (!value) return {};
  try {
    return config::parse_voltage_list(*value);
  } catch (const InputError& error) {
    throw error.within("--" + name);
  }
}

void Arguments::exclude(const std::string& name, const std::string& other) const {
  if (has(name) && has(other)) {
    throw InputError("--" + name + " and --" + other + " exclude each other");
  }
}

}  // namespace brownout::cli

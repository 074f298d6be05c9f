// The one place that catches: every error becomes one line and an exit status.
#include "sim/cli/program.hpp"

#include <errno.h>
#include <signal.h>

#include <algorithm>
#include <new>
#include <ostream>
#include <system_error>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/base/world_error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/completion.hpp"
#include "sim/cli/help.hpp"
#include "sim/cli/terminal_text.hpp"
#include "sim/config/yaml_reader.hpp"
#include "sim/experiment/runner/interruption.hpp"

namespace brownout::cli {
namespace {

constexpr int kFailed = 1;
constexpr int kBadInput = 2;

[[noreturn]] void fail_unknown(const std::string& word, const std::vector<Command>& commands) {
  std::vector<std::string_view> names;
  std::string list;
  for (const Command& command : commands) {
    names.emplace_back(command.spec.name);
    list += (list.empty() ? "" : ", ") + command.spec.name;
  }
  const std::string near = config::nearest(word, names);
  throw InputError("unknown command " + in_quotes(word) +
                   (near.empty() ? "" : ", did you mean " + near + "?") +
                   (near.empty() ? "; commands are " : " Commands are ") + list);
}

// Some names are two words: the second one then belongs to the name.
const Command& find_command(const std::vector<std::string>& words,
                            const std::vector<Command>& commands) {
  const std::string& first = words.front();
  const std::string both = words.size() > 1 ? first + " " + words[1] : first;
  bool is_group = false;
  for (const Command& command : commands) {
    if (command.spec.name == first || command.spec.name == both) return command;
    is_group = is_group || command.spec.name.starts_with(first + " ");
  }
  fail_unknown(is_group ? both : first, commands);
}

bool is_help(const std::string& word) { return word == "--help" || word == "-h"; }

// `brownout map --help`: the commands of the group.
std::vector<Command> group_of(const std::string& word, const std::vector<Command>& commands) {
  std::vector<Command> group;
  for (const Command& command : commands) {
    if (command.spec.name.starts_with(word + " ")) group.push_back(command);
  }
  return group;
}

int execute(const Command& command, std::vector<std::string> words, const Streams& streams) {
  const bool two_words = command.spec.name.find(' ') != std::string::npos;
  words.erase(words.begin(), words.begin() + (two_words ? 2 : 1));
  std::replace(words.begin(), words.end(), std::string("-h"), std::string("--help"));
  const Arguments arguments(command.spec, words);
  if (arguments.has("help")) {
    streams.out << command_help(command.spec);
    return 0;
  }
  if (arguments.has("version")) {
    streams.out << "brownout " << BROWNOUT_VERSION << "\n";
    return 0;
  }
  return command.run(arguments, streams);
}

int dispatch(const std::vector<std::string>& words, const std::vector<Command>& commands,
             const Streams& streams) {
  if (words.empty() || is_help(words.front())) {
    streams.out << program_help(commands);
    return 0;
  }
  if (words.front() == "--version") {
    streams.out << "brownout " << BROWNOUT_VERSION << "\n";
    return 0;
  }
  if (words.front() == "--complete") {  // asked by the scripts of `brownout completion`
    const std::vector<std::string> typed(words.begin() + 1, words.end());
    for (const std::string& line : completions(commands, typed)) streams.out << line << "\n";
    return 0;
  }
  if (words.size() == 2 && is_help(words[1])) {
    const std::vector<Command> group = group_of(words.front(), commands);
    if (!group.empty()) {
      streams.out << program_help(group);
      return 0;
    }
  }
  return execute(find_command(words, commands), words, streams);
}

// As a shell reads it back.
std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

// Ends the process by the signal, so that a shell's loop around the command ends, too.
int end_interrupted(const experiment::Interrupted& interrupted,
                    const std::vector<std::string>& words, std::ostream& err) {
  std::string command = quoted(program_invocation_name);
  for (const std::string& word : words) command += " " + quoted(word);
  const std::string kept = interrupted.what();
  err << "interrupted" << one_line(kept.empty() ? "" : ": " + kept)
      << "; to go on: " << one_line(command) << "\n"
      << std::flush;
  ::signal(interrupted.signal(), SIG_DFL);
  ::raise(interrupted.signal());
  return kFailed;
}

}  // namespace

std::vector<Command> all_commands() {
  return {
      init_command(),        run_command(),          sweep_command(),       vmin_command(),
      sensitivity_command(), compare_command(),      report_command(),      network_command(),
      weights_command(),     map_generate_command(), map_info_command(),    map_convert_command(),
      map_plot_command(),    map_fit_command(),      map_profile_command(), completion_command()};
}

int run_program(const std::vector<std::string>& words, std::ostream& out, std::ostream& err,
                const std::vector<Command>& commands) {
  try {
    const int status = dispatch(words, commands, {out, err});
    if (!out.flush()) {
      throw WorldError(
          "the results could not be written to the output; free some space, or send them "
          "elsewhere");
    }
    return status;
  } catch (const experiment::Interrupted& interrupted) {
    return end_interrupted(interrupted, words, err);
  } catch (const InputError& error) {
    err << "error: " << one_line(error.what()) << "\n";
    return kBadInput;
  } catch (const WorldError& error) {
    err << "error: " << one_line(error.what()) << "\n";
  } catch (const std::system_error& error) {
    err << "error: " << one_line(error.what()) << "\n";
  } catch (const std::bad_alloc&) {
    err << "error: not enough memory; end other processes, or take fewer --jobs or a smaller "
           "run.batch\n";
  } catch (const std::exception& error) {
    err << "internal error: " << one_line(error.what()) << "\n";
  } catch (...) {
    err << "internal error: an exception of an unknown type\n";
  }
  return kFailed;
}

}  // namespace brownout::cli

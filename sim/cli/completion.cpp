// How help names a value tells what it may be: "a|b" are words, FILE and DIR paths, KEY=VALUE a
// key.
#include "sim/cli/completion.hpp"

#include <algorithm>
#include <ostream>
#include <set>
#include <sstream>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/config/settable_keys.hpp"

namespace brownout::cli {
namespace {

constexpr const char* kFiles = "%files";

constexpr const char* kBash = R"(# brownout completion bash: source it, e.g. from ~/.bashrc
_brownout() {
  local typed=${COMP_WORDS[COMP_CWORD]} line
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = %files ]; then
      compopt -o filenames 2>/dev/null
      [ "$typed" = = ] && typed=
      mapfile -t COMPREPLY < <(compgen -f -- "$typed")
      return
    fi
    COMPREPLY+=("${line%%$'\t'*}")
  done < <("${COMP_WORDS[0]}" --complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _brownout brownout
)";

constexpr const char* kZsh = R"(#compdef brownout
# brownout completion zsh: source it behind compinit, or put it into a directory of fpath as _brownout
_brownout() {
  local -a lines found shown
  lines=("${(@f)$("${words[1]}" --complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ ${lines[1]} == %files ]]; then
    compset -P '*='
    _files
    return
  fi
  found=("${(@)lines%%$'\t'*}")
  shown=("${(@)lines/$'\t'/  -- }")
  if [[ ${#found} -eq 1 && ${found[1]} == *= ]]; then
    compadd -S '' -- "${found[@]}"
  else
    compadd -l -d shown -- "${found[@]}"
  fi
}
compdef _brownout brownout
)";

constexpr const char* kFish =
    R"(# brownout completion fish: put it into ~/.config/fish/completions/brownout.fish
function __brownout_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found ($words[1] --complete $words[2..-1] 2>/dev/null)
    if test "$found[1]" = %files
        __fish_complete_path (string replace -r '^.*=' '' -- $words[-1])
    else
        printf '%s\n' $found
    end
end
complete -c brownout -f -a '(__brownout_complete)'
)";

using Words = std::vector<std::string>;

Words split(const std::string& text, char by) {
  Words parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, by);) parts.push_back(part);
  return parts;
}

bool is_path(const std::string& value) {
  return value.starts_with("FILE") || value.starts_with("DIR") || value.ends_with(".yaml") ||
         value == "MAP" || value == "NETWORK";
}

/// What a value or an argument may be that help names so; without what is already there.
Words values_of(const std::string& name) {
  if (name == "KEY=VALUE") {
    Words keys;
    for (const std::string& key : config::settable_keys()) keys.push_back(key + "=");
    return keys;
  }
  if (name.find('|') != std::string::npos) return split(name, '|');
  return is_path(name) ? Words{kFiles} : Words{};
}

/// Those that begin with `typed`, behind `before`.
Words beginning(const Words& all, const std::string& typed, const std::string& before = {}) {
  if (all == Words{kFiles}) return all;
  Words found;
  for (const std::string& word : all) {
    if (word.starts_with(typed)) found.push_back(before + word);
  }
  return found;
}

const OptionSpec* option_of(const CommandSpec& spec, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  const auto found =
      std::find_if(spec.options.begin(), spec.options.end(),
                   [&](const OptionSpec& option) { return "--" + option.name == name; });
  return found == spec.options.end() ? nullptr : &*found;
}

/// The first sentence.
std::string summary_of(const std::string& text) {
  const std::size_t end = text.find(". ");
  return end == std::string::npos ? text : text.substr(0, end + 1);
}

/// Words of the commands' names in the place behind `before`.
Words command_words(const std::vector<Command>& commands, const Words& before,
                    const std::string& typed) {
  Words found;
  std::set<std::string> seen;
  for (const Command& command : commands) {
    const Words name = split(command.spec.name, ' ');
    const bool follows =
        name.size() > before.size() && std::equal(before.begin(), before.end(), name.begin());
    if (!follows || !name[before.size()].starts_with(typed)) continue;
    const bool whole = name.size() == before.size() + 1;
    if (!seen.insert(name[before.size()]).second) continue;
    found.push_back(name[before.size()] + (whole ? "\t" + command.spec.summary : ""));
  }
  return found;
}

/// What stands between the command's name and the word that is typed.
struct Given {
  std::set<std::string> options;
  int arguments = 0;
  const OptionSpec* open = nullptr;  ///< whose value is the typed word
};

Given given_of(const CommandSpec& spec, const Words& words) {
  Given given;
  bool joined = false;  // to the word before: bash makes words of --set, KEY, =, VALUE
  for (const std::string& word : words) {
    if (word == "=" || joined) {
      joined = word == "=";
      continue;
    }
    if (given.open != nullptr) {
      given.open = nullptr;
      continue;
    }
    const OptionSpec* option = option_of(spec, word);
    if (option == nullptr) {
      ++given.arguments;
      continue;
    }
    given.options.insert(option->name);
    const bool has_value = word.find('=') != std::string::npos;
    if (!option->value.empty() && !has_value) given.open = option;
  }
  return given;
}

Words option_words(const CommandSpec& spec, const Given& given, const std::string& typed) {
  Words found;
  for (const OptionSpec& option : spec.options) {
    if (given.options.contains(option.name) && !option.repeatable) continue;
    const std::string word = "--" + option.name;
    if (word.starts_with(typed)) found.push_back(word + "\t" + summary_of(option.text));
  }
  return found;
}

Words words_of(const CommandSpec& spec, const Words& before, std::string typed) {
  const Given given = given_of(spec, before);
  const bool behind_equals = typed == "=" || (!before.empty() && before.back() == "=");
  if (typed == "=") typed.clear();  // bash: a word of its own, behind which the value begins
  if (given.open != nullptr) {
    const bool has_key = given.open->value == "KEY=VALUE" && typed.find('=') != std::string::npos;
    return has_key ? Words{kFiles} : beginning(values_of(given.open->value), typed);
  }
  if (behind_equals) return {kFiles};  // --set KEY=
  const std::size_t equals = typed.find('=');
  const OptionSpec* option = option_of(spec, typed);
  if (option != nullptr && equals != std::string::npos) {
    return beginning(values_of(option->value), typed.substr(equals + 1),
                     typed.substr(0, equals + 1));
  }
  const bool wants_argument = given.arguments == 0 || spec.positional.ends_with("...");
  if (!spec.positional.empty() && wants_argument && !typed.starts_with("-")) {
    return beginning(values_of(spec.positional), typed);
  }
  return option_words(spec, given, typed);
}

CommandSpec spec() {
  return {
      .name = "completion",
      .summary = "a script by which a shell completes commands, options, keys",
      .purpose =
          "Prints a script that completes commands, options, their words, files and the keys "
          "of --set. bash: source <(brownout completion bash), e.g. in ~/.bashrc. zsh: the same "
          "behind compinit. fish: brownout completion fish | source.",
      .example = "brownout completion bash",
      .positional = "bash|zsh|fish",
      .options = help_options()};
}

int run(const Arguments& arguments, const Streams& streams) {
  const std::string& shell = arguments.positional();
  if (shell == "bash") {
    streams.out << kBash;
  } else if (shell == "zsh") {
    streams.out << kZsh;
  } else if (shell == "fish") {
    streams.out << kFish;
  } else {
    throw InputError(in_quotes(shell) + " is not one of bash, zsh, fish");
  }
  return 0;
}

}  // namespace

Words completions(const std::vector<Command>& commands, const Words& words) {
  if (words.empty()) return command_words(commands, {}, "");
  const std::string& typed = words.back();
  const Words before(words.begin(), words.end() - 1);
  for (const Command& command : commands) {
    const Words name = split(command.spec.name, ' ');
    if (before.size() < name.size() || !std::equal(name.begin(), name.end(), before.begin())) {
      continue;
    }
    const auto behind = before.begin() + static_cast<std::ptrdiff_t>(name.size());
    return words_of(command.spec, Words(behind, before.end()), typed);
  }
  return command_words(commands, before, typed);
}

Command completion_command() { return {spec(), run}; }

}  // namespace brownout::cli

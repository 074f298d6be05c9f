// Starts a process and waits; the package is looked for first, so that its absence has a message.
#include "sim/cli/python_tools.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "memory/base/world_error.hpp"

namespace brownout::cli {
namespace {

namespace fs = std::filesystem;

std::string interpreter() {
  if (const char* named = std::getenv("BROWNOUT_PYTHON"); named != nullptr && *named != '\0') {
    return named;
  }
  std::error_code ignored;
  fs::path folder = fs::read_symlink("/proc/self/exe", ignored);
  while (folder.has_relative_path()) {
    folder = folder.parent_path();
    const fs::path python = folder / ".venv/bin/python";
    if (fs::exists(python, ignored)) return python;
  }
  return "python3";
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

// Holds the text; nothing of it stays behind.
File file_with(const std::string& text) {
  File file(std::tmpfile(), std::fclose);
  if (!file || std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fflush(file.get()) != 0) {
    fail_world("a temporary file", errno);
  }
  std::rewind(file.get());
  return file;
}

// The exit status; nothing where there is no such program.
std::optional<int> exit_status_of(const std::vector<std::string>& command,
                                  const std::string& input) {
  const File text = file_with(input);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ::fileno(text.get()), STDIN_FILENO);
  std::cout.flush();
  pid_t process = 0;
  const int error = ::posix_spawnp(&process, words[0], &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) return {};
  if (error != 0) fail_world(command.front(), error);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) fail_world(command.front(), errno);
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  throw WorldError(command.front() + " was ended by signal " + std::to_string(WTERMSIG(status)));
}

}  // namespace

int run_python_tool(const std::string& module, const std::vector<std::string>& words,
                    const std::string& input) {
  const std::string python = interpreter();
  const std::string package_is_there =
      "import importlib.util as u; names = ('brownout_tools', 'bokeh', 'matplotlib'); "
      "raise SystemExit(None in map(u.find_spec, names))";
  const std::optional<int> looked = exit_status_of({python, "-c", package_is_there}, "");
  if (looked != 0) {
    throw WorldError(
        python + (looked ? ": has not brownout_tools with what it needs" : ": no such program") +
        "; pip install TOOLS, the folder tools of Brownout, or name in "
        "BROWNOUT_PYTHON the interpreter that has it");
  }
  std::vector<std::string> command = {python, "-m", "brownout_tools." + module};
  command.insert(command.end(), words.begin(), words.end());
  return exit_status_of(command, input).value();
}

}  // namespace brownout::cli

// The Python package brownout_tools, for commands whose work is drawing.
#pragma once

#include <string>
#include <vector>

namespace brownout::cli {

/// Runs `python -m brownout_tools.MODULE WORDS...`, which reads `input` where it reads standard
/// input and prints on our streams. Returns its exit status, of the same meaning as ours. The
/// interpreter is what the environment variable BROWNOUT_PYTHON names, else .venv/bin/python in a
/// folder above this program, else python3. Throws WorldError when it or the package is missing.
int run_python_tool(const std::string& module, const std::vector<std::string>& words,
                    const std::string& input = "");

}  // namespace brownout::cli

#!/usr/bin/env bash
# clang-tidy over every source file, with the compile commands of build/release. Slow (minutes), so
# not part of test.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/setup.sh
install_packages clang-tidy libomp-dev  # clang needs an omp.h of its own
[ -f build/release/compile_commands.json ] || cmake --preset release >/dev/null
# The compile commands are GCC's: clang does not know all of its warnings.
git ls-files 'memory/*.cpp' 'models/*.cpp' 'sim/*.cpp' |
  xargs -P "$(nproc)" -n 1 clang-tidy -p build/release --quiet \
    --extra-arg=-Wno-unknown-warning-option

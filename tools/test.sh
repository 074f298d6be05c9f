#!/usr/bin/env bash
# Everything that must hold before a change lands: installs what is missing, builds with warnings as
# errors, runs the C++ and the Python tests, then the fast tests under sanitizers and the fuzz
# targets for seconds. Fails if no test ran.
#
#   tools/test.sh [--quick]        --quick: no sanitizers, no fuzzing
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/setup.sh

quick=false
case "${1:-}" in
  "") ;;
  --quick) quick=true ;;
  *) echo "usage: tools/test.sh [--quick]" >&2; exit 2 ;;
esac

started=$SECONDS
install_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
make_python_environment "[test]"

say "Formatting and lint"
git ls-files '*.cpp' '*.hpp' | xargs clang-format-14 --dry-run --Werror
.venv/bin/ruff check --config tools/pyproject.toml tools tests/python tests/models tests/benchmarks

build release -DBROWNOUT_TESTS=ON -DBROWNOUT_BENCHMARKS=ON -DBROWNOUT_WERROR=ON
say "C++ tests"
ctest --preset release --parallel "$(nproc)" --no-tests=error

say "Python tests"
BROWNOUT=build/release/brownout .venv/bin/python -m pytest -q tests/python

if ! $quick; then
  build asan-ubsan
  say "C++ tests under the address and undefined-behaviour sanitizers"
  ctest --preset asan-ubsan --parallel "$(nproc)" --no-tests=error
  say "Fuzz targets of the map readers and network importers, 5 s each"
  tools/fuzz.sh 5
fi
say "All tests passed in $((SECONDS - started)) s"

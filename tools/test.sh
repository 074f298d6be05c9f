#!/usr/bin/env bash
# Everything that must hold before a change lands: installs what is missing, builds with warnings as
# errors, runs the C++ and the Python tests; then, built by clang, the fast C++ tests under the
# address and undefined-behaviour sanitizers, sweeps under the thread sanitizer, and the fuzz
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

build release -DBROWNOUT_TESTS=ON -DBROWNOUT_BENCHMARKS=ON -DBROWNOUT_WERROR=ON \
  -DBROWNOUT_QUICK_BUILD=OFF
say "C++ tests"
ctest --preset release --parallel "$(nproc)" --no-tests=error

say "Python tests"
BROWNOUT=build/release/brownout .venv/bin/python -m pytest -q -n "$(nproc)" --dist loadfile tests/python

if ! $quick; then
  build asan-ubsan
  say "C++ tests under the address and undefined-behaviour sanitizers"
  ctest --preset asan-ubsan --parallel "$(nproc)" --no-tests=error
  build tsan
  say "Sweeps under the thread sanitizer"
  # oneDNN and SystemC are the distribution's, so their own accesses are not seen.
  export TSAN_OPTIONS=ignore_noninstrumented_modules=1
  ctest --preset tsan --parallel "$(nproc)" --no-tests=error
  BROWNOUT=build/tsan/brownout .venv/bin/python -m pytest -q tests/python/test_sweep_rates.py \
    tests/python/test_sweep_robustness.py -k "not killed"
  say "Fuzz targets of the map readers and network importers, 5 s each"
  tools/fuzz.sh 5
fi
say "All tests passed in $((SECONDS - started)) s"

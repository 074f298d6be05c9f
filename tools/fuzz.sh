#!/usr/bin/env bash
# Builds the fuzz targets of the map readers (clang, build/fuzz) and runs each one. What they find
# is written to build/fuzz/findings; the corpus in tests/fuzz/corpus is only read.
#
#   tools/fuzz.sh [SECONDS]        for each target; default 10
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-10}
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz -- ${BROWNOUT_NINJA_FLAGS:-}
mkdir -p build/fuzz/findings
for program in build/fuzz/tests/fuzz/fuzz_*[a-z]; do
  name=${program##*/fuzz_}
  mkdir -p "build/fuzz/corpus/$name"
  printf '== %s: ' "$name"
  "$program" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="build/fuzz/findings/$name-" -print_final_stats=1 \
    "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name" 2>"build/fuzz/$name.log" ||
    { tail -40 "build/fuzz/$name.log"; exit 1; }
  grep -o 'number_of_executed_units: .*' "build/fuzz/$name.log"
done

#!/usr/bin/env bash
# Builds the fuzz targets of the map readers and of the network importers (clang, build/fuzz) and
# runs each one. What they find is written to build/fuzz/findings; the corpus in tests/fuzz/corpus
# and the networks of tests/models/data are only read.
#
#   tools/fuzz.sh [SECONDS [TARGET...]]        for each target; default 10, all
#
# The inputs follow from the seed, so that a clean checkout finds the same ones again: a longer run
# goes on where a shorter one ended. BROWNOUT_FUZZ_SEED=0 draws a new one.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-10}
shift || true
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz -- ${BROWNOUT_NINJA_FLAGS:-}
mkdir -p build/fuzz/findings

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for program in build/fuzz/tests/fuzz/fuzz_*[a-z]; do targets+=("${program##*/fuzz_}"); done
fi
for name in "${targets[@]}"; do
  mkdir -p "build/fuzz/corpus/$name"
  options=(-max_len=4096)
  case "$name" in
    onnx_network | tflite_network)
      seeds=$(find tests/models/data -name "*.${name%_network}" | sort | paste -sd,)
      options=(-max_len=16384 -malloc_limit_mb=1024 -seed_inputs="$seeds")
      ;;
  esac
  printf '== %s: ' "$name"
  "build/fuzz/tests/fuzz/fuzz_$name" "${options[@]}" -max_total_time="$seconds" -timeout=10 \
    -seed="${BROWNOUT_FUZZ_SEED:-1}" \
    -rss_limit_mb=2048 -artifact_prefix="build/fuzz/findings/$name-" -print_final_stats=1 \
    "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name" 2>"build/fuzz/$name.log" ||
    { tail -40 "build/fuzz/$name.log"; exit 1; }
  grep -o 'number_of_executed_units: .*' "build/fuzz/$name.log"
done

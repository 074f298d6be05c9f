#!/usr/bin/env bash
# From a fresh clone on a bare Debian 12 or Ubuntu 24.04 to a voltage-energy-accuracy curve:
# installs the packages that are missing (with sudo unless you are root), builds Brownout, sweeps a
# workload and makes its report. Takes 4 to 5 minutes on two idle cores, nearly all of it the build.
#
#   tools/quickstart.sh [WORKLOAD.yaml]        default: workloads/mnist_cnn.yaml
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/setup.sh

workload=${1:-workloads/mnist_cnn.yaml}
out=out/$(basename "$workload" .yaml)
started=$SECONDS

say "This installs missing packages, builds Brownout, sweeps $workload and writes $out/report.html"
install_packages "${BUILD_PACKAGES[@]}"
make_python_environment ""
build release -DBROWNOUT_TESTS=OFF -DBROWNOUT_BENCHMARKS=OFF -DBROWNOUT_QUICK_BUILD=ON

say "Sweeping $workload: every voltage on 10 chips"
build/release/brownout sweep "$workload" --out "$out"
build/release/brownout report "$out"

say "Done in $((SECONDS - started)) s. The report is $out/report.html, its pictures stand beside it."

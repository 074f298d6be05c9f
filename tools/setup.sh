# Shared by quickstart.sh and test.sh (sourced, not run): installs what is missing on Debian 12 or
# Ubuntu 24.04, and makes the Python environment in .venv.

BUILD_PACKAGES=(build-essential cmake ninja-build pkg-config python3-venv
  libsystemc-dev libeigen3-dev libyaml-cpp-dev libboost-program-options-dev libdnnl-dev libonnx-dev
  libprotobuf-dev protobuf-compiler libflatbuffers-dev flatbuffers-compiler libpng-dev
  libturbojpeg0-dev libsqlite3-dev libzip-dev zlib1g-dev libssl-dev libfmt-dev nlohmann-json3-dev
  libnlopt-cxx-dev)
TEST_PACKAGES=(libgtest-dev libgmock-dev libbenchmark-dev clang-format-14 clang libclang-rt-dev
  libomp-dev qemu-user)

say() { printf '\n== %s\n' "$*"; }

# install_packages NAME...: through apt-get, only those that are missing.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
      missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "Installing ${#missing[@]} packages: ${missing[*]}"
  local root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  "${root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
}

# make_python_environment EXTRA: .venv with the tools; EXTRA is "" or "[test]".
make_python_environment() {
  local stamp=.venv/installed-tools
  if [ ! -f "$stamp" ] || [ tools/pyproject.toml -nt "$stamp" ] || ! grep -qF "tools$1" "$stamp"; then
    say "Making the Python environment .venv (tools$1)"
    [ -x .venv/bin/python ] || /usr/bin/python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable "tools$1"
    echo "tools$1" >>"$stamp"
  fi
}

# build PRESET [cmake options]
build() {
  local preset=$1
  shift
  say "Building ($preset)"
  cmake --preset "$preset" "$@" >/dev/null
  cmake --build --preset "$preset" -- ${BROWNOUT_NINJA_FLAGS:-}
}

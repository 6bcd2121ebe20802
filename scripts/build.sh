#!/bin/bash
# Builds one preset (default: release) into build/PRESET; the program then stands at build/PRESET/terroir.
#   scripts/build.sh [release|dev|asan] [ninja targets...]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
[ $# -eq 0 ] || shift
scripts/install.sh build
# What ccache knows from one checkout serves another.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
cmake --preset "$preset"
targets=()
[ $# -eq 0 ] || targets=(--target "$@")
cmake --build --preset "$preset" --parallel "$(nproc)" "${targets[@]}"

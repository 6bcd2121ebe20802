#!/bin/bash
# From a fresh Debian 12 to a first result: installs what is missing, builds, makes the sample rasters, and runs
# configs/terrain.yml with two ranks. Repeat it as often as you like.
set -euo pipefail
cd "$(dirname "$0")/.."
result=build/quickstart
ranks=2

scripts/install.sh build
scripts/build.sh release terroir
scripts/make_samples.py
# shellcheck source=scripts/mpi-env.sh
. scripts/mpi-env.sh
mkdir -p "$result"
# The job's exit code is this script's: 0 done, 75 interrupted (run again to resume).
mpirun -n "$ranks" build/release/terroir run configs/terrain.yml --input dem=data-samples/dem.tif --output features="$result" --overwrite

echo
echo "Result:"
find "$PWD/$result" -maxdepth 1 -mindepth 1 -name '*.zarr' -printf '  %p\n'
echo "Summary:"
find "$PWD/$result" -path '*__terroir/*summary*.json' -printf '  %p\n'
echo "Read it:  build/release/terroir inspect $(find "$result" -maxdepth 1 -name '*.zarr' | head -n 1)"

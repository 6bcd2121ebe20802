#!/bin/bash
# Times Terroir beside its peers: xarray + Dask, GDAL, CDO, and a floor that decodes and encodes but computes nothing. Makes its inputs
# (about 2.5 GB in build/bench-data) and needs about 8 GB of disk. Not part of the tests. Arguments go to scripts/bench/run.py:
#   scripts/bench.sh [--runs N] [--only terrain|scenes|netcdf|warp|conservative|daily|series|kernels] [--match TEXT] [--data FOLDER] [--out FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/mpi-env.sh
. scripts/mpi-env.sh
scripts/install.sh build test
tests/env/setup.sh
scripts/build.sh release
mkdir -p build/bench
[ build/bench/copy -nt scripts/bench/copy.cpp ] || g++ -std=c++20 -O2 scripts/bench/copy.cpp -o build/bench/copy
[ build/bench/floor -nt scripts/bench/floor.cpp ] ||
  mpicxx -std=c++20 -O3 -march=native -DOMPI_SKIP_MPICXX scripts/bench/floor.cpp -o build/bench/floor -ldeflate -lzstd
data=build/bench-data
for ((i = 1; i < $#; ++i)); do
  if [ "${!i}" = --data ]; then next=$((i + 1)) data=${!next}; fi
done
/usr/bin/python3 scripts/bench/make_data.py "$data"
tests/.venv/bin/python scripts/bench/make_climate.py "$data"
exec /usr/bin/python3 scripts/bench/run.py "$@"

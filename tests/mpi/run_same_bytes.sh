#!/bin/bash
# The same files for any number of ranks, any schedule, compute block, memory, threads and CPU.
set -uo pipefail
. "$(dirname "$0")/job.sh"

check "a run without mpirun" job 0 "$work/expected"
expected=$(digest "$work/expected")
check "two outputs are published" test -e "$work/expected/features.zarr/zarr.json" -a -e "$work/expected/cube.zarr/.zgroup"

same_bytes() {  # NAME RANKS [options]
  local name=$1 ranks=$2
  shift 2
  check "$name ends well" job "$ranks" "$work/other" "$@"
  check "$name gives the same files" same "$(digest "$work/other")" "$expected"
  rm -rf "$work/other"
}

for ranks in 1 2 3 5; do
  same_bytes "$ranks ranks" "$ranks"
  same_bytes "$ranks ranks, static" "$ranks" --schedule static
done
same_bytes "one thread" 0 --threads 1
same_bytes "five threads" 0 --threads 5
same_bytes "small blocks" 0 --block 32x64
same_bytes "odd blocks on two ranks" 2 --block 37x128
same_bytes "blocks of several chunks" 0 --block 256x128 --threads 2
same_bytes "a block for each tile on two ranks" 2 --block 256x256
same_bytes "little memory" 2 --memory 400M
for level in v2 v3; do
  export TERROIR_CPU=$level
  same_bytes "CPU level $level" 0
  unset TERROIR_CPU
done
files_same_bytes() {
  recipe=$here/files.yml
  check "files: a run without mpirun" job 0 "$work/files"
  local expected
  expected=$(digest "$work/files")
  check "files: all are published" test -e "$work/files/features.nc" -a -e "$work/files/maps/slope.tif" -a -e "$work/files/bands.tif"
  check "files: no part is left" test -z "$(find "$work/files" -name parts)"
  for ranks in 1 2 3 5; do same_bytes "files: $ranks ranks" "$ranks"; done
  same_bytes "files: odd blocks and three threads" 2 --block 37x128 --threads 3
  same_bytes "files: static" 3 --schedule static
  for level in v2 v3; do TERROIR_CPU=$level same_bytes "files: CPU level $level" 2; done
  check "files: the same again has nothing to do" job 3 "$work/files"
  check "files: and says so" says "Nothing to do"
  check "files: and is whole" job 2 "$work/files" --verify
  check "files: every file was looked at" says "5 objects verified, 0 damaged"
  recipe=$here/relief.yml
}
files_same_bytes

check "the same again has nothing to do" job 3 "$work/expected"
check "and says so" says "Nothing to do"
check "and changes nothing" same "$(digest "$work/expected")" "$expected"

recipe=$here/degrees.yml
check "a run across CRSs" job 0 "$work/degrees"
expected=$(digest "$work/degrees")
check "is published" test -e "$work/degrees/degrees.zarr/zarr.json"
same_bytes "2 ranks across CRSs" 2
same_bytes "3 ranks across CRSs, static" 3 --schedule static
same_bytes "odd blocks across CRSs" 2 --block 37x29
for level in v2 v3; do
  export TERROIR_CPU=$level
  same_bytes "CPU level $level across CRSs" 0
  unset TERROIR_CPU
done

recipe=$here/wide.yml
check "a run with wide windows" job 0 "$work/wide" --block 64x64
check "which is not cut" test -z "$("$TERROIR" plan "$recipe" --input "dem=$dem" --output features=o --block 64x64 2>/dev/null | grep "of its own")"
expected=$(digest "$work/wide")
check "wide windows are published" test -e "$work/wide/wide.zarr/zarr.json"
check "a plan cuts wide windows" test -n "$("$TERROIR" plan "$recipe" --input "dem=$dem" --output features=o 2>/dev/null | grep "rough in a pass of its own")"
for ranks in 0 2 3; do same_bytes "wide windows in passes of their own: $ranks ranks" "$ranks"; done
same_bytes "wide windows and three threads" 2 --threads 3

recipe=$here/parcels.yml
parcels=(--input "parcels=$root/data-samples/parcels.geojson")
check "a run with polygons" job 0 "$work/parcels" "${parcels[@]}"
expected=$(digest "$work/parcels")
check "polygons are published" test -e "$work/parcels/parcels.zarr/zarr.json"
for ranks in 1 2 3 5; do same_bytes "polygons: $ranks ranks" "$ranks" "${parcels[@]}"; done
same_bytes "polygons: odd blocks and three threads" 2 --block 37x29 --threads 3 "${parcels[@]}"
finish

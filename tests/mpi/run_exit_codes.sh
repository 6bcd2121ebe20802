#!/bin/bash
# What goes wrong gives one message and the exit code of its kind, alone and under mpirun; an earlier result stays untouched.
set -uo pipefail
. "$(dirname "$0")/job.sh"

code() {  # NAME EXPECTED TEXT RANKS OUT [options]
  local name=$1 expected=$2 text=$3
  shift 3
  job "$@"
  check "$name, $1 ranks: exit code" same $? "$expected"
  check "$name, $1 ranks: says why" says "$text"
  check "$name, $1 ranks: says it once" same "$(grep -c -- "$text" "$work/log")" 1
}

# Opens well; the last two of its four tiles are damaged.
broken=$work/broken.tif
cp "$dem" "$broken"
head -c 60000 /dev/zero | tr '\0' '\377' | dd of="$broken" bs=1 seek=200000 conv=notrunc status=none
truncate -s 300000 "$broken"

job 0 "$work/done"
check "a good run" same $? 0
before=$(digest "$work/done")
mkdir "$work/foreign" "$work/foreign/features.zarr"
echo mine >"$work/foreign/features.zarr/notes.txt"

for ranks in 0 3; do
  dem=missing.tif code "a missing input" 2 "missing.tif" $ranks "$work/a"
  code "an unknown option" 2 "--frobnicate" $ranks "$work/a" --frobnicate
  code "too little memory" 5 "memory" $ranks "$work/a" --memory 20M
  check "nothing is written for a mistake" test ! -e "$work/a"
  code "foreign files" 2 "notes.txt" $ranks "$work/foreign"
  code "foreign files, overwrite" 2 "notes.txt" $ranks "$work/foreign" --overwrite
  code "another plan's result" 2 "another plan (different: " $ranks "$work/done" --input size=5
  check "it stays untouched" same "$(digest "$work/done")" "$before"
  dem=$broken code "data that cannot be decoded" 3 "broken.tif" $ranks "$work/b$ranks"
  check "no broken result is published" unpublished "$work/b$ranks"
  code "a folder below a file" 2 "/dev/null/features.zarr lies below /dev/null, which is a file" $ranks /dev/null
  code "a folder that cannot be made" 4 "/proc/features.zarr" $ranks /proc
done
check "overwriting on demand" job 2 "$work/done" --input size=5 --overwrite
check "gives another result" test "$(digest "$work/done")" != "$before"
check "overwriting back" job 0 "$work/done" --overwrite
check "gives the first again" same "$(digest "$work/done")" "$before"

head -c 100 /dev/zero | tr '\0' '\377' | dd of="$(find "$work/done/features.zarr/slope/c" -type f | sort | head -n 1)" bs=1 seek=50 conv=notrunc status=none
check "damage is found" job 2 "$work/done" --verify
check "and told" says "1 damaged"
check "and mended" same "$(digest "$work/done")" "$before"
finish

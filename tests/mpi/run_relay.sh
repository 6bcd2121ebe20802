#!/bin/bash
# Rank 0 says what goes wrong on another rank, and which rank on which host it is: a service may show the log of rank 0 alone.
set -uo pipefail
. "$(dirname "$0")/job.sh"
host=$(hostname)
long=(--input resolution=3.75 --input size=61 --block 8x8)
export others=$work/others
cd "$work" || exit 1
ln -s "$dem" dem.tif

on_rank_2() { wrapper=(bash "$here/one_rank.sh" 2 "$1"); }

begun() {  # once a job computes
  local waited
  for waited in $(seq 400); do
    compgen -G "$work/out/features.zarr/__terroir/plan-*" >/dev/null && return
    sleep 0.05
  done
}

told() {  # NAME TEXT: by rank 0, once
  check "$1: rank 0 says who and why" says "^terroir: rank 2 on $host$2"
  check "$1: and says it once" same "$(grep -c '^terroir: ' "$work/log")" 1
  check "$1: nothing is published" unpublished "$work/out"
  rm -rf "$work/out"
}

fails() {  # NAME EXPECTED TEXT [options]
  local name=$1 expected=$2 text=$3
  shift 3
  job 3 "$work/out" "$@"
  check "$name: exit code" same $? "$expected"
  told "$name" "$text"
}

on_rank_2 'cd /'
dem=dem.tif fails "an input that one rank does not see" 2 ": .*relief.yml:.*'dem.tif': there is no such file"
on_rank_2 'set -- "$1" "$2" "$3" run nowhere.yml'
fails "a rank without a recipe" 2 ": nowhere.yml: cannot read nowhere.yml"

# Its data are damaged, which only reading them tells.
on_rank_2 'mount --bind broken.tif "$(readlink dem.tif)"'
cp "$dem" broken.tif
if unshare -m true 2>/dev/null; then
  wrapper=(unshare -m "${wrapper[@]}")
  head -c 60000 /dev/zero | tr '\0' '\377' | dd of=broken.tif bs=1 seek=200000 conv=notrunc status=none
  fails "a rank that reads damaged data" 3 ": tile .* of .*: .*dem.tif"
else
  echo "NOT RUN: a rank that reads other data than the others: private mounts are not permitted"
fi

# Address space that ends while tiles are computed: less and less of it until a thread or a chunk does not fit any more. A step is less than
# the stacks of the threads.
on_rank_2 true
start 3 "$work/out" "${long[@]}" --memory 1G
begun
space=$(awk '/^VmPeak/ {print $2}' "/proc/$(ranks_of "$job" | sed -n 3p)/status")
kill -s USR1 "$job"
ended
code=0
while [ $code -eq 0 ]; do
  rm -rf "$work/out"
  space=$((space - 30000))
  on_rank_2 "ulimit -v $space"
  job 3 "$work/out" --memory 1G --threads 2 --input resolution=15
  code=$?
done
check "memory that is exhausted: exit code" test "$code" -eq 4 -o "$code" -eq 5
told "memory that is exhausted" ": \(memory is exhausted\|the system refused a thread\)"

killed() {  # NAME: the exit code of mpirun
  check "$1: exit code" same "$status" 137
  told "$1" " is lost, perhaps killed for want of memory"
}

on_rank_2 true
start 3 "$work/out" "${long[@]}"
begun
kill -s KILL "$(ranks_of "$job" | sed -n 3p)"
ended
killed "a killed rank"

# It waits for a recipe that nobody writes: it has no plan and has said nothing yet.
mkfifo never.yml
on_rank_2 'set -- "$1" "$2" "$3" run never.yml'
start 3 "$work/out" "${long[@]}"
for waited in $(seq 200); do
  victim=$(ranks_of "$job" | sed -n 3p)
  [ -n "$victim" ] && [ "$(ranks_of "$job" | wc -l)" -eq 3 ] && grep -q "fifo\|partner" "/proc/$victim/wchan" 2>/dev/null && break
  sleep 0.05
done
sleep 0.3
kill -s KILL "$victim"
ended
killed "a rank that is killed before it has a plan"

group=/sys/fs/cgroup/memory/terroir-relay-$$
if mkdir "$group" 2>/dev/null && echo 48M >"$group/memory.limit_in_bytes" 2>/dev/null; then
  cleaners+=("rmdir $group")
  on_rank_2 "echo \$\$ >$group/cgroup.procs"
  start 3 "$work/out" "${long[@]}" --memory 1G
  ended 120
  killed "a rank that the system kills for its memory"
else
  rmdir "$group" 2>/dev/null
  echo "NOT RUN: a rank that the system kills for its memory: no memory cgroup (v1) can be made"
fi
finish

#!/bin/bash
# Several hosts over TCP: the same bytes; a killed rank is named; and a host whose link is cut ends the job on both sides.
set -uo pipefail
. "$(dirname "$0")/job.sh"
. "$here/hosts.sh"
if reason=$(hosts_missing); then
  echo "NOT RUN: jobs over several hosts: $reason"
  exit 77
fi
cleaners+=(hosts_down)
hosts_up 3 || { echo "FAILED: the hosts cannot be made"; exit 1; }
long=(--input resolution=3.75 --input size=61)
chmod +x "$here/rsh.sh"
over_hosts=(mpirun -mca plm_rsh_agent "$here/rsh.sh" -mca btl_tcp_if_include "$network.0/24" -mca oob_tcp_if_include "$network.0/24"
  -mca oob_tcp_keepalive_time 3 -mca oob_tcp_keepalive_intvl 1 -mca oob_tcp_keepalive_probes 3
  --bind-to none --host tfh1:2,tfh2:2,tfh3:2 -n 6 "$TERROIR" run)
relief=("${over_hosts[@]}" "$recipe" --input "dem=$dem" --output "features=$work/out" "${long[@]}")

pid_of() {  # RANK
  local pid
  for pid in $(pgrep -f "^$TERROIR run $recipe"); do
    grep -qz "^OMPI_COMM_WORLD_RANK=$1$" "/proc/$pid/environ" && echo "$pid"
  done
}

check "a run on one host" job 0 "$work/expected" "${long[@]}"
expected=$(digest "$work/expected")
check "six ranks on three hosts" on_host 1 timeout 100 "${relief[@]}" >"$work/log" 2>&1
check "give the same files" same "$(digest "$work/out")" "$expected"
check "each host is named" same "$(grep -o 'on tfh[123]' "$work/log" | sort -u | wc -l)" 3
rm -rf "$work/out"

on_host 1 timeout --kill-after=5 100 "${relief[@]}" --block 16x16 >"$work/log" 2>&1 &
job=$!
under_way "$work/out"
victim=$(pid_of 5)
kill -s KILL "$victim"
ended 100
check "a killed rank on another host: exit code" same "$status" 137
check "a killed rank on another host: rank 0 names it" says "^terroir: rank 5 on tfh3 is lost"
rm -rf "$work/out"

on_host 1 timeout --kill-after=5 100 "${relief[@]}" --block 16x16 >"$work/log" 2>&1 &
job=$!
under_way "$work/out"
ranks=$(pgrep -f "^$TERROIR run .*features=$work/out")
hosts_cut 3
ended 100
# Whoever notices first ends it: mpirun, the MPI library, or the ranks by their heartbeats.
check "a cut link ends the job" test "$status" -ne 0 -a "$status" -ne 137
# shellcheck disable=SC2086
check "a cut link: nobody goes on writing" gone $ranks
check "a cut link: nothing is published" unpublished "$work/out"
check "a cut link: can be resumed" job 2 "$work/out" "${long[@]}"
check "a cut link: to the same files" same "$(digest "$work/out")" "$expected"
hosts_join 3

# An archive of maps: each host lays it out for its own ranks, and decodes each map once.
recipe=$here/hourly.yml
maps="import sys; sys.path.insert(0, '$root/tests/reference'); import test_rechunk as t; t.write_maps('$work/hourly.nc', t.values())"
"${PYTHON:-$root/tests/.venv/bin/python}" -c "$maps" 2>/dev/null
archive() { "$@" "$recipe" --input "tas=$work/hourly.nc" --output "features=$work/$out" --memory 100M >"$work/log" 2>&1; }
out=series archive "$TERROIR" run
check "an archive on one host" says "Input chunks decoded 1.00 times"
out=series_of_hosts archive on_host 1 timeout 100 "${over_hosts[@]}"
check "an archive on three hosts: once on each" says "Input chunks decoded 3.00 times"
check "an archive on three hosts: the same files" same "$(digest "$work/series_of_hosts")" "$(digest "$work/series")"
finish

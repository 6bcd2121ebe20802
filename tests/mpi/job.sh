# To be sourced by tests of whole jobs. TERROIR names the program; what Open MPI needs is in the environment (scripts/mpi-env.sh).
#
#   job RANKS OUT [options]     runs $recipe (tests/mpi/relief.yml) into the folder OUT; RANKS 0: without mpirun. Log: $work/log
#                               Each rank is started through the command $wrapper, if that is set.
#   start RANKS OUT [options]   the same in the background: $job is the process to signal
#   ended [SECONDS]             waits for it (and kills what is left after so long): $status
#   under_way OUT               waits until it has written some tiles
#   ranks_of PID                process ids of the ranks that mpirun has started
#   digest OUT                  a checksum of all names and bytes of the outputs, without what runs keep for themselves
#   check WHAT COMMAND...       counts a check and names it when it fails
#   finish                      the last line
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
. "$root/scripts/mpi-env.sh"
TERROIR=${TERROIR:-$root/build/release/terroir}
[ -x "$TERROIR" ] || { echo "FAILED: there is no program $TERROIR; build it, or name it in TERROIR"; exit 1; }
dem=$root/data-samples/dem.tif
recipe=$here/relief.yml
limit=120
passed=0
failed=0
work=$(mktemp -d)
cleaners=()
wrapper=()
clean() {
  local cleaner
  [ -n "${job:-}" ] && kill -KILL "$job" 2>/dev/null
  for cleaner in "${cleaners[@]}"; do $cleaner; done
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' INT TERM

command_line() {  # RANKS OUT [options]: fills $line
  local ranks=$1 out=$2
  shift 2
  line=("$TERROIR" run "$recipe" --input "dem=$dem" --output "features=$out" "$@")
  # Ranks are not bound: the test machine has fewer cores than ranks.
  [ "$ranks" -eq 0 ] || line=(mpirun --bind-to none -n "$ranks" "${wrapper[@]}" "${line[@]}")
}

job() {
  local line
  command_line "$@"
  timeout --kill-after=5 "$limit" "${line[@]}" >"$work/log" 2>&1 </dev/null
}

start() {
  local line
  command_line "$@"
  "${line[@]}" >"$work/log" 2>&1 </dev/null &
  job=$!
}

ended() {
  local waited
  for waited in $(seq $((20 * ${1:-60}))); do
    kill -0 "$job" 2>/dev/null || break
    sleep 0.05
  done
  if kill -0 "$job" 2>/dev/null; then
    echo "did not end by itself"
    kill -KILL "$(ranks_of "$job")" "$job" 2>/dev/null
  fi
  wait "$job" 2>/dev/null
  status=$?
  job=
}

ranks_of() { ps -o pid=,comm= --ppid "$1" | awk '$2 == "terroir" {print $1}'; }

# Returns once a job has written some tiles into the folder OUT.
under_way() {
  local waited
  for waited in $(seq 1000); do
    [ "$(find "$1/features.zarr/slope/c" -type f 2>/dev/null | wc -l)" -ge 30 ] && return 0
    kill -0 "$job" 2>/dev/null || return 1
    sleep 0.02
  done
  return 1
}

digest() {
  (cd "$1" && find . \( -name __terroir -o -name "*.terroir" \) -prune -o -type f -print0 | sort -z | xargs -0 -r b2sum) | b2sum
}

says() { grep -q -- "$1" "$work/log"; }
same() { [ "$1" = "$2" ]; }
unpublished() { [ ! -e "$1/features.zarr/zarr.json" ] && [ ! -e "$1/cube.zarr/.zgroup" ]; }
gone() {  # PIDS: none of them is left after a while
  local pid waited
  for pid in "$@"; do
    for waited in $(seq 200); do
      [ -d "/proc/$pid" ] || break
      sleep 0.05
    done
    [ ! -d "/proc/$pid" ] || return 1
  done
}

check() {
  local what=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $what ($*)"
    [ -e "$work/log" ] && grep -v '^  not for' "$work/log" | tail -n 12 | sed 's/^/    /'
  fi
}

finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}

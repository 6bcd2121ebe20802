#!/bin/bash
# Installs what is missing, builds, and runs every test. Ends with what could not run here and `N passed, N failed`;
# fails when anything failed. Logs: build/test-report/.
#
#   1. build/release and its unit tests (ctest)
#   2. the same under sanitizers (build/asan)
#   3. Python, tests/**/test_*.py, in the environment of tests/env
#   4. beside 2 and 3, scripts: tests/**/run*.sh and selftest.sh
#
# Scripts and Python tests find in the environment: TERROIR (the program), BLOBFS (the fault file system), PYTHON (the pinned
# interpreter), AZURE_PYTHON (one with the clients of Azure and an MLflow server), TERROIR_SOURCE and what Open MPI needs. A script
# prints `N passed, N failed` last, or counts as one test. It names what the machine cannot run as `NOT RUN: what: why`, and exits
# 77 when that is all of it.
set -uo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/mpi-env.sh
. scripts/mpi-env.sh
export TERROIR_SOURCE=$PWD TERROIR=$PWD/build/release/terroir BLOBFS=$PWD/build/release/tests/faults/blobfs
export PYTHON=$PWD/tests/.venv/bin/python AZURE_PYTHON=$PWD/tests/.venv-azure/bin/python PYTHONDONTWRITEBYTECODE=1
jobs=$(nproc)
report=$PWD/build/test-report
rm -rf "$report"
mkdir -p "$report"

# A suite has a process group of its own, which the terminal's Ctrl-C does not reach.
stop() {
  trap - INT TERM
  # shellcheck disable=SC2046
  kill $(jobs -p) $(cat "$report"/*.pid 2>/dev/null) 2>/dev/null
  echo "-- stopped"
  exit 130
}
trap stop INT TERM

finish() { exec /usr/bin/python3 scripts/test/report.py "$report"; }

suite() {  # name, kind (unit | script | step), seconds allowed, command...: a step counts only when it fails
  local name=$1 kind=$2 limit=$3 log started status
  shift 3
  log=$report/$name.log
  started=$SECONDS
  echo "== $name"
  timeout --kill-after=10 "$limit" "$@" >"$log" 2>&1 </dev/null &
  echo $! >"$report/$name.pid"
  wait $!
  status=$?
  rm -f "$report/$name.pid"
  printf '%s %s %s\n' "$kind" "$status" "$((SECONDS - started))" >"$report/$name.status"
  case $status in
    0 | 77) return 0 ;;
    124) echo "-- $name ran longer than $limit s" | tee -a "$log" ;;
  esac
  echo "-- $name failed ($status); the end of $log:"
  tail -n 60 "$log"
  return 1
}

build() { scripts/build.sh "$1"; }
unit_tests() {  # preset, report folder
  mkdir -p "$2"
  GTEST_OUTPUT="xml:$2/" ctest --preset "$1" --parallel "$jobs" --no-tests=error
}
export -f build unit_tests
export jobs

suite install step 1200 scripts/install.sh build test || finish
# Mostly waits for downloads.
suite readers step 1200 tests/env/setup.sh &
readers=$!
suite build step 1800 bash -c 'build release' || { wait; finish; }
wait "$readers" || finish
suite unit unit 900 bash -c "unit_tests release '$report/unit'"

# One lane of scripts beside all that follows, for they wait for processes that end half of the time; and a second one from the other end
# of the alphabet, where the longest are, once Python's tests are through.
queue=$report/scripts
find tests \( -name '.venv*' -o -name node_modules \) -prune -o \( -name 'run*.sh' -o -name selftest.sh \) -print | sort >"$queue"
scripts() {  # the line of the queue that is next: 1 or $
  local script name
  while script=$(flock "$report" sed -i -e "$1w /dev/stdout" -e "$1d" "$queue") && [ -n "$script" ]; do
    name=${script#tests/}
    suite "$(tr / - <<<"${name%.sh}")" script 600 bash "$script"
  done
}
scripts 1 &

if suite build-asan step 1800 bash -c 'build asan'; then
  suite unit-asan unit 900 env ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1 \
    LSAN_OPTIONS="suppressions=$PWD/scripts/test/leaks.supp:print_suppressions=0" UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
    bash -c "unit_tests asan '$report/unit-asan'"
fi

mkdir -p "$report/python"
suite python unit 900 "$PYTHON" -m pytest tests -q -p no:cacheprovider -n "$jobs" --dist loadfile --junit-xml="$report/python/results.xml"
scripts '$'
wait
[ ! -s "$queue" ] || suite scripts step 10 bash -c "echo 'were not run:'; cat '$queue'; exit 1"
finish

#!/bin/bash
# A launched job: the same bytes as under mpirun, its exit code, whole logs without secrets; what stops it, and what starts it again.
set -uo pipefail
. "$(dirname "$0")/job.sh"
unset "${!OMPI_@}"  # the launcher brings its own settings
export FAKE_TOKEN=planted-in-the-environment
long=(--input resolution=3.75 --input size=61)
cd "$work" || exit 1

launch() {  # OUT [options]
  local out=$1
  shift
  timeout --kill-after=5 "$limit" "$TERROIR" launch "$here/relief_job.yml" --output "features=$out" "$@" >"$work/log" 2>&1 </dev/null
}

# Small blocks compute the same slowly.
start_launch() {  # OUT [options]
  local out=$1
  shift
  "$TERROIR" launch "$here/relief_job.yml" --output "features=$out" "${long[@]}" --input block=16x16 "$@" >"$work/log" 2>&1 </dev/null &
  job=$!
}

shell_job() {  # COMMAND [options]: runs it by a shell on two ranks
  local command=$1
  shift
  cat >shell.yml <<YAML
environment: azureml:any@latest
compute: azureml:any
distribution: {type: mpi, process_count_per_instance: 2}
command: |-
  $command
YAML
  timeout --kill-after=5 "$limit" "$TERROIR" launch shell.yml --allow-shell "$@" >"$work/log" 2>&1 </dev/null
}

starts() { grep -c "retry" "$work/log"; }
planted() { grep -rl planted- "$@"; }

( . "$root/scripts/mpi-env.sh"; job 2 "$work/expected" "${long[@]}" )
check "a run under mpirun" test -e "$work/expected/features.zarr/zarr.json"
expected=$(digest "$work/expected")
rm -rf "$work/expected"

launch "$work/out" --set comand=x --ranks 2 --retries 3
check "a mistake" same $? 2
check "a mistake: says where" says "relief_job.yml:.*'comand'"
check "a mistake: nothing is started" test ! -e "$work/out" -a ! -e "$work/relief_job-run"

launch "$work/out" "${long[@]}" --ranks 4
check "a launched job" same $? 0
check "a launched job: the same files as under mpirun" same "$(digest "$work/out")" "$expected"
check "a launched job: one line for its start and one for its end" same "$(grep -c '^terroir launch: ' "$work/log")" 2
check "a launched job: the first rank reads as without a launcher" says "^Done in "
check "a launched job: a log for each rank" same "$(find relief_job-run/user_logs -name 'std_log_process_0[0-3].txt' | wc -l)" 4
check "a launched job: its log" grep -q "^Done in " relief_job-run/user_logs/std_log_process_00.txt
rm -rf "$work/out"

sed '/^distribution:/d' "$here/relief_job.yml" >"$work/alone.yml"
ln -s "$here/relief.yml" .
"$TERROIR" launch alone.yml --input "dem=$dem" --output "features=$work/out" "${long[@]}" >"$work/log" 2>&1 </dev/null
check "a job without MPI" same $? 0
check "a job without MPI: the same files" same "$(digest "$work/out")" "$expected"
check "a job without MPI: its log" grep -q "^Done in " alone-run/user_logs/std_log.txt
rm -rf "$work/out"

broken=$work/broken.tif
cp "$dem" "$broken"
head -c 60000 /dev/zero | tr '\0' '\377' | dd of="$broken" bs=1 seek=200000 conv=notrunc status=none
truncate -s 300000 "$broken"
launch "$work/broken" --input "dem=$broken" --retries 3
check "data that cannot be decoded" same $? 3
check "data that cannot be decoded: is not tried again" same "$(starts)" 0
shell_job "exit 2" --retries 3
check "exit code 2" same $? 2
check "exit code 2: is not tried again" same "$(starts)" 0
shell_job "test -e again && exit 0; touch again; exit 75" --retries 3 --ranks 1
check "exit code 75: is started again" same $? 0
check "exit code 75: once" same "$(starts)" 1

shell_job 'seq 20000; env; printf "the end of %s" $OMPI_COMM_WORLD_RANK' --set "environment_variables.OTHER_SECRET=planted-in-an-option"
check "a job that prints much" same $? 0
for rank in 0 1; do
  log=shell-run/user_logs/std_log_process_0$rank.txt
  check "rank $rank: every line is kept" same "$(head -n 20000 "$log" | sha256sum)" "$(seq 20000 | sha256sum)"
  check "rank $rank: the last line needs no end" same "$(tail -n 1 "$log")" "the end of $rank"
  check "rank $rank: had the secrets" same "$(grep -c '^\(FAKE_TOKEN\|OTHER_SECRET\)=\[redacted\]$' "$log")" 2
done

# A stop, a timeout and a crash, one after the other, of one run that goes on each time.
start_launch "$work/out"
check "a job is under way" under_way "$work/out"
check "no command line holds a secret" same "$(grep -l 'plante[d]-' /proc/[0-9]*/cmdline 2>/dev/null)" ""
kill -s TERM "$job"
ended
check "SIGTERM to the launcher" same "$status" 75
check "SIGTERM to the launcher: says what happened" says "interrupted; it has stopped; exit code 75"
check "SIGTERM to the launcher: is not tried again" same "$(starts)" 0
check "SIGTERM to the launcher: nothing is published" unpublished "$work/out"

start_launch "$work/out" --set limits.timeout=1 --retries 3
ended
check "a timeout" same "$status" 124
check "a timeout: says so" says "limits.timeout was reached; it has stopped; exit code 124"
check "a timeout: is not tried again" same "$(starts)" 0

start_launch "$work/out" --retries 2
mpirun=
while [ -z "$mpirun" ] && kill -0 "$job" 2>/dev/null; do mpirun=$(ps -o pid= --ppid "$job"); sleep 0.1; done
while ! says "resumes: " && kill -0 "$job" 2>/dev/null; do sleep 0.1; done
# shellcheck disable=SC2086
kill -s KILL "$(ranks_of $mpirun | sed -n 2p)"
ended 100
check "a killed rank" same "$status" 0
check "a killed rank: the job starts again" same "$(starts)" 1
check "a killed rank: both starts resume" same "$(grep -c "^resumes: " relief_job-run/user_logs/std_log_process_00.txt)" 2
check "a killed rank: to the same files" same "$(digest "$work/out")" "$expected"
check "no secret is kept or printed" same "$(planted "$work" --exclude-dir=.ranks --exclude=shell.yml --exclude=alone.yml)" ""
finish

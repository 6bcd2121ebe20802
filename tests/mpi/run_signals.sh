#!/bin/bash
# Signals end a job with its journal written, lost ranks end it without a hang, and the same command finishes it to the same bytes.
set -uo pipefail
. "$(dirname "$0")/job.sh"
long=(--input resolution=3.75 --input size=61)  # 512 tiles

job 2 "$work/expected" "${long[@]}"
check "an undisturbed run" same $? 0
expected=$(digest "$work/expected")
rm -rf "$work/expected"

# What was journaled before the end counts afterwards, and the result is the same.
resumes() {  # NAME
  check "$1: nothing is published" unpublished "$work/out"
  check "$1: it can be resumed" job 3 "$work/out" "${long[@]}"
  check "$1: work is kept" says "resumes: "
  check "$1: to the same files" same "$(digest "$work/out")" "$expected"
  rm -rf "$work/out"
}

# Small blocks compute the same slowly, and without memory to keep the first pass's results in the second, which writes, is as slow:
# some seconds are left then, and mpirun sends SIGTERM one second after it was told to end.
begin() { start "$1" "$work/out" "${long[@]}" --block 8x8 --memory 96M && under_way "$work/out"; }

for signal in USR1 TERM INT; do
  begin 0
  kill -s $signal "$job"
  ended
  check "SIG$signal alone" same "$status" 75
  check "SIG$signal alone: says what to do" says "interrupted; run the same command again to resume"
  resumes "SIG$signal alone"
done

begin 3
kill -s USR1 "$job"
ended
check "SIGUSR1 to mpirun" same "$status" 75
check "SIGUSR1 to mpirun: one message" same "$(grep -c interrupted "$work/log")" 1
resumes "SIGUSR1 to mpirun"

begin 3
kill -s TERM "$job"
ended
check "SIGTERM to mpirun" same "$status" 1
resumes "SIGTERM to mpirun"

begin 3
kill -s CONT $(ranks_of "$job")
ended 120
check "SIGCONT only flushes" same "$status" 0
check "and disturbs nothing" same "$(digest "$work/out")" "$expected"
rm -rf "$work/out"

# Longer than a rank may be silent, as where a machine is paused.
begin 2
ranks=$(ranks_of "$job")
kill -s STOP $ranks
sleep 12
kill -s CONT $ranks
ended 120
check "a job that stood still as a whole goes on" same "$status" 0
check "and to the same files" same "$(digest "$work/out")" "$expected"
rm -rf "$work/out"

for victim in 1 2; do  # rank 0, rank 1
  begin 3
  kill -s KILL "$(ranks_of "$job" | sed -n ${victim}p)"
  ended
  check "a killed rank" same "$status" 137
  resumes "a killed rank"
done

# What a killed mpirun leaves behind of its own goes with the work folder.
OMPI_MCA_btl=self,tcp TMPDIR=$work begin 3
ranks=$(ranks_of "$job")
kill -s KILL "$job"
ended
check "a killed mpirun: nobody is left" gone $ranks
# Ranks that do not need mpirun for a while may finish the job before they notice: it is then complete, else it can be resumed.
if unpublished "$work/out"; then
  resumes "a killed mpirun"
else
  check "a killed mpirun: the rest has nothing to do" job 3 "$work/out" "${long[@]}"
  check "a killed mpirun: the files are whole" same "$(digest "$work/out")" "$expected"
  rm -rf "$work/out"
fi

# Open MPI 4.1.4's mpirun now and then crashes in its own PMIx_server_finalize after it has ended a stopped rank, and its exit code is
# then that of the crash: such a case tells nothing of ours and is run again.
silence() {  # RANK's line among the ranks
  local attempt
  for attempt in 1 2 3; do
    begin 3
    ranks=$(ranks_of "$job")
    silent=$(sed -n "$1p" <<<"$ranks")
    kill -s STOP "$silent"
    ended
    says "PMIx_server_finalize" || return 0
    rm -rf "$work/out"
  done
}

silence 2
check "a silent rank" same "$status" 4
check "a silent rank: is named" says "rank 1 on .* has been silent"
check "a silent rank: is ended" gone "$silent"
resumes "a silent rank"

silence 1
check "a silent rank 0" same "$status" 4
check "a silent rank 0: is missed" says "has lost rank 0 and ends"
check "a silent rank 0: nobody is left" gone $ranks
resumes "a silent rank 0"
finish

#!/bin/bash
# Signals end a job with its journal written, and the same command finishes it to the same bytes.
set -uo pipefail
. "$(dirname "$0")/job.sh"
. "$(dirname "$0")/long_job.sh"

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
finish

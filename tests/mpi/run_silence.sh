#!/bin/bash
# Lost and silent ranks end a job without a hang, and the same command finishes it to the same bytes.
set -uo pipefail
. "$(dirname "$0")/job.sh"
. "$(dirname "$0")/long_job.sh"

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

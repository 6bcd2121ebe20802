#!/bin/bash
# A job launched over two hosts, each with a disk of its own: the same bytes as on one. A host that is cut off ends the job on both sides,
# and its retry resumes when the link is back.
set -uo pipefail
export TMPDIR=/var/tmp  # the hosts have a /tmp each
. "$(dirname "$0")/job.sh"
unset TMPDIR
. "$here/hosts.sh"
if reason=$(hosts_missing); then
  echo "NOT RUN: launched jobs over several hosts: $reason"
  exit 77
fi
if [[ $(realpath "$root") == /tmp/* ]]; then
  echo "NOT RUN: launched jobs over several hosts: the checkout is in /tmp, of which each host has its own"
  exit 77
fi
cleaners+=(hosts_down)
hosts_up 2 || { echo "FAILED: the hosts cannot be made"; exit 1; }
long=(--input resolution=3.75 --input size=61)
check "a run on one host" job 3 "$work/expected" "${long[@]}"
expected=$(digest "$work/expected")
rm -rf "$work/expected"

unset "${!OMPI_@}"  # the launcher brings its own settings
for i in 1 2; do
  ip netns exec "tfh$i" sysctl -qw net.ipv4.tcp_retries2=15  # as machines have it
  echo "tfh$i slots=2" >>"$work/hosts"
done
install -m 755 "$here/served_rsh.sh" "$work/rsh"
mkdir "$work/disk.1"
hosts_serve "$work" 2
stop_server() { kill "$served"; }
cleaners=(stop_server "${cleaners[@]}")
export OMPI_MCA_plm_rsh_agent=$work/rsh OMPI_MCA_btl_tcp_if_include=$network.0/24 OMPI_MCA_oob_tcp_if_include=$network.0/24
export FAKE_TOKEN=buried-in-the-environment
cd "$work" || exit 1
line=(on_own_disk "$work/disk.1" 1 "$TERROIR" launch "$here/relief_job.yml" --output "features=$work/out" --hostfile hosts --ranks 4
  "${long[@]}")

terroirs_of() {  # HOST: process ids of the ranks there
  local process
  for process in $(ip netns pids "tfh$1"); do
    [[ $(tr '\0' ' ' <"/proc/$process/cmdline") == *"/terroir run "* ]] && echo "$process"
  done 2>/dev/null
}

cat >where.yml <<'YAML'
environment: azureml:any@latest
compute: azureml:any
distribution: {type: mpi, process_count_per_instance: 4}
environment_variables: {FROM_JOB: seen}
command: echo "$(hostname) $FROM_JOB $AZURE_STORAGE_ACCOUNT"
YAML
AZURE_STORAGE_ACCOUNT=account on_own_disk "$work/disk.1" 1 "$TERROIR" launch where.yml --allow-shell --hostfile hosts \
  >"$work/log" 2>&1 </dev/null
check "variables of the job and access to storage reach every rank" same \
  "$(cat where-run/user_logs/std_log_process_0[0-3].txt | uniq -c | tr -s ' \n' ' ')" \
  " 2 tfh1 seen account 2 tfh2 seen account "

check "four ranks on two hosts" "${line[@]}" >"$work/log" 2>&1 </dev/null
check "give the same files" same "$(digest "$work/out")" "$expected"
check "both hosts take part" same "$(grep -o 'on tfh[12]' "$work/log" | sort -u | wc -l)" 2
check "a log for each rank" same "$(find relief_job-run/user_logs -name 'std_log_process_0[0-3].txt' | wc -l)" 4
rm -rf "$work/out"

"${line[@]}" --input block=16x16 --retries 5 >"$work/log" 2>&1 </dev/null &
job=$!
check "a job is under way" under_way "$work/out"
check "no command line holds a secret" same "$(grep -l 'burie[d]-' /proc/[0-9]*/cmdline 2>/dev/null)" ""
check "each host works on its own disk" test -e disk.1/ompi.tfh1.0 -a -e disk.2/ompi.tfh2.0 -a ! -e disk.1/ompi.tfh2.0
far=$(terroirs_of 2)
check "two of its ranks are far" same "$(wc -w <<<"$far")" 2
hosts_cut 2
cut=$SECONDS
while ! says "starts again" && kill -0 "$job" 2>/dev/null; do sleep 0.1; done
echo "a host that is cut off ended the job after $((SECONDS - cut)) s"
check "a cut link ends the job with a clear message" says "terroir launch: .*lost.*; starts again in "
# shellcheck disable=SC2086
check "a cut link: the ranks behind it end themselves" gone $far
check "a cut link: nothing is published" unpublished "$work/out"
hosts_join 2
ended 100
check "the link is back: the job ends well" same "$status" 0
check "the link is back: it has resumed" says "resumes: "
check "the link is back: to the same files" same "$(digest "$work/out")" "$expected"
check "no secret is kept or printed" same "$(grep -rl buried- "$work")" ""
finish

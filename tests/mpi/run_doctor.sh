#!/bin/bash
# What `terroir doctor` says of MPI, alone, under mpirun and on several hosts; and what `terroir run` says when it starts on the same.
set -uo pipefail
. "$(dirname "$0")/job.sh"
host=$(hostname)
cd "$work" || exit 1

logged() { timeout --kill-after=5 60 "$@" >"$work/log" 2>&1 </dev/null; }
examine() {  # NAME EXPECTED COMMAND...
  local name=$1 expected=$2
  shift 2
  logged "$@"
  check "$name: exit code" same $? "$expected"
}
line() { says "^  $1 *$2  *$3"; }  # VERDICT WHAT VALUE
pretend() {  # a program mpirun that is put first on PATH
  mkdir -p "$work/bin"
  printf '#!/bin/sh\n%s\n' "$1" >"$work/bin/mpirun"
  chmod +x "$work/bin/mpirun"
}

examine "alone" 0 "$TERROIR" doctor
check "alone: its mpirun" line ok mpirun "/.*/mpirun: Open MPI"
check "alone: no ranks" line ok ranks "alone, not under mpirun"
examine "four ranks" 0 mpirun --bind-to none -n 4 "$TERROIR" doctor "$work"
check "four ranks: are counted" line ok ranks "4 ranks on 1 host: $host 4"
check "four ranks: one page" same "$(grep -c '^Terroir can run here' "$work/log")" 1
check "four ranks: of one MPI" line ok launcher "uses the Open MPI of the program"
check "four ranks: leave nothing" test ! -e "$work/__terroir"

if [ "$(nproc)" -ge 2 ]; then
  examine "a bound rank" 0 mpirun --bind-to core -n 1 "$TERROIR" doctor
  check "a bound rank: is noted" line note processors "1 of .*mpirun has bound them"
  logged mpirun --bind-to core -n 1 "$TERROIR" run "$recipe" --input "dem=$dem" --output "features=$work/out" --threads 2
  check "a bound rank: a run warns" says "^warning: 2 threads of a rank share 1 processor; start mpirun with --bind-to none"
  rm -rf "$work/out"
else
  echo "NOT RUN: a bound rank: there is one processor only"
fi

pretend 'echo "mpirun (Open MPI) 5.0.3"'
examine "another mpirun" 4 env "PATH=$work/bin:$PATH" "$TERROIR" doctor
check "another mpirun: is told" line fault mpirun "$work/bin/mpirun: Open MPI 5.0.3; the program is linked with Open MPI"
pretend 'sleep 600'
examine "an mpirun that hangs" 4 env "PATH=$work/bin:$PATH" "$TERROIR" doctor
check "an mpirun that hangs: is told" line fault mpirun "$work/bin/mpirun --version does not end"
examine "no mpirun" 0 env PATH=/nowhere "$TERROIR" doctor
check "no mpirun: is noted" line note mpirun "there is none on PATH"
examine "no proj.db" 4 env PROJ_LIB=/nowhere PROJ_DATA=/nowhere "$TERROIR" doctor
check "no proj.db: is told" line fault proj.db "is not found"
if [ "$(id -u)" -eq 0 ]; then
  examine "root" 0 env -u OMPI_ALLOW_RUN_AS_ROOT "$TERROIR" doctor
  check "root: is noted" line note user "root, for whom Open MPI's mpirun starts nothing"
else
  echo "NOT RUN: root: this is another user"
fi

export others=$work/others
examine "a rank that does not come" 4 mpirun --bind-to none -n 2 bash "$here/one_rank.sh" 1 'exec sleep 60' "$TERROIR" doctor --patience 2
check "a rank that does not come: is told" says "^terroir: rank 0: MPI has not come up within 2 s"

starts() { job "$@" --input resolution=15; }
refuses() {  # NAME TEXT: a run that has just been tried
  check "$1: says why" says "^terroir: $2"
  check "$1: says it once" same "$(grep -c '^terroir: ' "$work/log")" 1
  check "$1: writes nothing" test ! -e "$work/out"
}
# More than once: MPI forks then, and what another thread holds at that moment stays locked in the child.
for again in 1 2 3 4 5; do
  OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=0 starts 0 "$work/out"
  check "a rank that MPI leaves alone, $again" same $? 4
done
refuses "a rank that MPI leaves alone" "mpirun has started 4 ranks, and MPI sees 1"
PMI_SIZE=4 starts 0 "$work/out"
check "another MPI's launcher" same $? 4
refuses "another MPI's launcher" "another MPI's launcher has started this process (PMI_SIZE=4)"
starts 3 "$work/out" --expect-ranks 4
check "fewer ranks than expected" same $? 4
refuses "fewer ranks than expected" "the job has 3 ranks, and --expect-ranks says 4"

check "as many ranks as expected" starts 2 "$work/out" --expect-ranks 2
check "as many ranks as expected: no warning" same "$(grep -c '^warning: ' "$work/log")" 0
rm -rf "$work/out"
AZUREML_NODE_COUNT=3 starts 2 "$work/out"
check "fewer hosts than Azure ML has given: a warning" says "^warning: 2 ranks on 1 host: $host 2; Azure ML has given the job 3"
AZUREML_NODE_COUNT=3 TERROIR_ONE_MACHINE=1 starts 2 "$work/out" --overwrite
check "fewer hosts than Azure ML has given: not when that is meant" same "$(grep -c '^warning: ' "$work/log")" 0
AZUREML_NODE_COUNT=3 starts 2 "$work/out" --overwrite --quiet
check "fewer hosts than Azure ML has given: not when quiet" same "$(grep -c warning "$work/log")" 0
rm -rf "$work/out"

runtime=$(ldd "$(command -v mpirun)" | awk '/libopen-rte/ {print $3}')
if [ -n "$runtime" ]; then
  mkdir "$work/other"
  cp -L "$runtime" "$work/other"
  mixed=(env "LD_LIBRARY_PATH=$work/other" mpirun -x LD_LIBRARY_PATH= --bind-to none -n 2 "$TERROIR")
  check "an mpirun of another Open MPI" logged "${mixed[@]}" run "$recipe" --input "dem=$dem" --output "features=$work/out"
  check "an mpirun of another Open MPI: a warning" says "^warning: mpirun uses $work/other/libopen-rte.so.*, and the program is linked with"
  check "an mpirun of another Open MPI: once" same "$(grep -c '^warning: ' "$work/log")" 1
  rm -rf "$work/out"
else
  echo "NOT RUN: an mpirun of another Open MPI: this one has no libopen-rte"
fi

. "$here/hosts.sh"
if reason=$(hosts_missing); then
  echo "NOT RUN: several hosts: $reason"
  finish
  exit
fi
cleaners+=(hosts_down)
hosts_up 2 || { echo "FAILED: the hosts cannot be made"; exit 1; }
mkdir "$work/shared" "$work/apart"
cat >"$work/rsh.sh" <<RSH
#!/bin/sh
# A host that has a disk of its own at $work/apart.
exec unshare -m sh -c 'mount -t tmpfs none "$work/apart" && exec "$here/rsh.sh" "\$@"' rsh "\$@"
RSH
chmod +x "$here/rsh.sh" "$work/rsh.sh"
on_hosts() {
  on_host 1 timeout --kill-after=5 60 mpirun -mca plm_rsh_agent "$work/rsh.sh" -mca btl_tcp_if_include "$network.0/24" \
    -mca oob_tcp_if_include "$network.0/24" --bind-to none --host tfh1:2,tfh2:2 -n 4 "$TERROIR" doctor "$1" >"$work/log" 2>&1
}
check "two hosts" on_hosts "$work/shared"
check "two hosts: are counted" line ok ranks "4 ranks on 2 hosts: tfh1 2, tfh2 2"
check "two hosts: share a folder" line ok "other hosts" "an object that tfh1 has written is seen on the others"
check "two hosts: leave nothing" same "$(ls -A "$work/shared")" ""
check "two hosts, each with its own folder" on_hosts "$work/apart"
check "two hosts, each with its own folder: is noted" line note "other hosts" ".*is not seen on tfh2"
finish

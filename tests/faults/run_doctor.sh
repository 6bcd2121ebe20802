#!/bin/bash
# What `terroir doctor FOLDER` says of a disk, of folders that cannot be used, and of the blob-like file system, with and without faults.
set -uo pipefail
faults=$(cd "$(dirname "$0")" && pwd)
. "$faults/../mpi/job.sh"
BLOBFS=${BLOBFS:-$root/build/release/tests/faults/blobfs}
. "$faults/fuse/mount.sh"
mnt=$work/mount
mkdir "$mnt"

doctor() { "$TERROIR" doctor "$@" >"$work/log" 2>&1 </dev/null; }
examine() {  # NAME EXPECTED FOLDER [options]
  local name=$1 expected=$2
  shift 2
  doctor "$@"
  check "$name: exit code" same $? "$expected"
}
line() { says "^  $1 *$2  *$3"; }  # VERDICT WHAT VALUE
faults_told() { grep -c '^  fault ' "$work/log"; }

mkdir "$work/disk"
examine "a disk" 0 "$work/disk"
check "a disk: can do all" same "$(sed -n '/^Storage/,$p' "$work/log" | grep -c '^  ok ')" 15
check "a disk: nothing is left" same "$(ls -A "$work/disk")" ""

examine "a missing folder" 4 "$work/nowhere"
check "a missing folder: one clear message" line fault folder "cannot be looked at: No such file or directory; create it"
check "a missing folder: and no other" same "$(faults_told)" 1
if mount -t tmpfs -o ro none "$mnt" 2>/dev/null; then
  examine "a read-only folder" 4 "$mnt"
  check "a read-only folder: one clear message" line fault write ".*Read-only file system; the folder is mounted read-only"
  check "a read-only folder: and no other" same "$(faults_told)" 1
  umount "$mnt"
else
  echo "NOT RUN: a read-only folder: mounting is not permitted"
fi

if reason=$(blobfs_missing); then
  echo "NOT RUN: the blob-like file system: $reason"
  finish
  exit
fi
cleaners+=(blob_unmount_all)
mkdir "$work/backing"
: >"$work/faults"
blob_mount "$work/backing" "$mnt" --faults "$work/faults" --log "$work/refused"

examine "blobs" 0 "$mnt"
for need in write close "read back" replace list remove; do check "blobs: $need" line ok "$need" works; done
check "blobs: no rename" line note rename "Function not implemented"
check "blobs: no append" line note append "Operation not supported"
check "blobs: no update" line note update "Operation not supported"
check "blobs: no mapping" line note mmap "Operation not supported"
check "blobs: no lock of a range" line note "fcntl lock" "No locks available"
check "blobs: no lock of a file" line note flock "No locks available"
check "blobs: show when closed" line ok visibility "an object is listed once it is closed"
without_numbers() { sed -e "s|$mnt|/mnt/out|" -e 's/[0-9][0-9.]*\( [KMGT]iB\)\{0,1\}/#/g'; }
check "blobs: as the guide shows" same "$(sed -n '/^Storage of/,$p' "$work/log" | without_numbers)" \
  "$(sed -n '/^Storage of/,/^Terroir can/p' "$root/docs/guide.md" | without_numbers)"
check "blobs: nothing is left" same "$(find "$work/backing" -type f)" ""
check "blobs: nothing but the probes is refused" same \
  "$(grep '^refused' "$work/refused" | grep -vcE 'a removed object|/__terroir/doctor-')" 0

while IFS='|' read -r fault what value; do
  echo "$fault" >"$work/faults"
  examine "$fault" 4 "$mnt"
  check "$fault: is told" line fault "$what" "$value"
  check "$fault: alone" same "$(faults_told)" 1
  : >"$work/faults"
  rm -rf "$mnt"/__terroir
done <<'FAULTS'
open __terroir/doctor 1 EACCES|write|cannot create .*: Permission denied
write __terroir/doctor 1 EIO|write|cannot write .*: Input/output error
close __terroir/doctor 1 EIO|close|cannot finish writing .*: Input/output error
close __terroir/doctor 2 ENOSPC|replace|cannot finish writing .*: No space left on device
unlink __terroir/doctor 1 EACCES|remove|cannot remove .*: Permission denied
FAULTS

# What a run says when it cannot begin, and what it leaves stays where the doctor looks.
echo "close __terroir/plan 1 EIO" >"$work/faults"
job 0 "$mnt"
check "a run that cannot begin" same $? 4
check "a run that cannot begin: names the folder and the doctor" says "Input/output error;.*terroir doctor $mnt/features.zarr"
: >"$work/faults"
check "a run" job 0 "$mnt"
before=$(find "$work/backing" -type f | sort)
examine "the folder of a run" 0 "$mnt/features.zarr"
check "the folder of a run: is untouched" same "$(find "$work/backing" -type f | sort)" "$before"
check "the folder of a run: it is still known" job 0 "$mnt"
check "the folder of a run: nothing to do" says "Nothing to do"

kill -s STOP "${blob_daemons[$mnt]}"
examine "a mount that hangs" 4 "$mnt" --patience 1
check "a mount that hangs: is told" line fault folder "has not answered for 1 s"
kill -s CONT "${blob_daemons[$mnt]}"
blob_unmount "$mnt"
finish

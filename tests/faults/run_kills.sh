#!/bin/bash
# Jobs killed at random points, over and over, end in the same files, on disk and on the blob-like file system.
# The seed may be given as the first argument.
set -uo pipefail
faults=$(cd "$(dirname "$0")" && pwd)
. "$faults/../mpi/job.sh"
BLOBFS=${BLOBFS:-$root/build/release/tests/faults/blobfs}
. "$faults/fuse/mount.sh"
RANDOM=${1:-1}
settings=(--input size=31)

check "an undisturbed run" job 0 "$work/expected" "${settings[@]}"
expected=$(digest "$work/expected")

# Kills all ranks of a job at once, or one of them, after up to 0.7 s. Fails when the job was done before.
strike() {  # OUT
  local victims
  start $((RANDOM % 3 + 1)) "$1" "${settings[@]}" --block 16x16
  sleep "0.$(printf %02d $((RANDOM % 70)))"
  victims=$(ranks_of "$job")
  [ $((RANDOM % 3)) -eq 0 ] && victims=$(head -n 1 <<<"$victims")
  # shellcheck disable=SC2086
  [ -n "$victims" ] && kill -s KILL $victims 2>/dev/null
  ended
  [ "$status" -ne 0 ]
}

strikes() {  # OUT
  local kills
  for kills in $(seq 4); do strike "$1" || break; done
}

objects() { find "$1" -path '*/c/*' -type f; }  # OUT

# The same on the blob-like file system: each attempt is another machine's, and sees what the others have handed over. Ends mounted, with a
# log of what is refused.
strikes_on_blobs() {  # BACKING
  local kills going
  mkdir "$1"
  for kills in $(seq 4); do
    blob_mount "$1" "$work/mount" --node
    strike "$work/mount"
    going=$?
    blob_unmount "$work/mount"
    [ $going -eq 0 ] || break
  done
  blob_mount "$1" "$work/mount" --node --log "$work/refused"
}

# libfuse itself unlocks every object that is closed.
asks_for_blobs_only() { same "$(grep '^refused' "$work/refused" | grep -vc 'lock a removed object')" 0; }

# The same for outputs that are files. RESOLUTION 10 gives 576 tiles.
files_settings=(--input resolution=10)
files_on() {  # NAME OUT
  check "$1: can be resumed" job 2 "$2" "${files_settings[@]}"
  check "$1: gives the same files" same "$(digest "$2")" "$files_expected"
  check "$1: leaves no part" test -z "$(find "$2" -path '*parts*' -type f)"
}
relief=("$recipe" "${settings[@]}")
recipe=$here/files.yml
settings=("${files_settings[@]}")
check "files: an undisturbed run" job 0 "$work/files" "${settings[@]}"
files_expected=$(digest "$work/files")
for round in 1 2; do
  out=$work/files$round
  strikes "$out"
  files_on "files, round $round" "$out"
  rm -rf "$out"
done
recipe=${relief[0]}
settings=("${relief[@]:1}")

for round in 1 2 3; do
  out=$work/disk$round
  strikes "$out"
  check "disk, round $round: can be resumed" job 2 "$out" "${settings[@]}"
  check "disk, round $round: gives the same files" same "$(digest "$out")" "$expected"
  check "disk, round $round: nothing else is left" job 0 "$out" "${settings[@]}" --verify
  check "disk, round $round: and is whole" says " 0 damaged"
  rm -rf "$out"
done

# Objects of a result are lost, and so are runs that mend it: journaled tiles are computed again and cut short again.
cp -r "$work/expected" "$work/cut"
objects "$work/cut" | xargs truncate -s 100
strikes "$work/cut"
check "a result cut short: can be mended" job 2 "$work/cut" "${settings[@]}"
check "a result cut short: into the same files" same "$(digest "$work/cut")" "$expected"

if reason=$(blobfs_missing); then
  echo "NOT RUN: kills on the blob-like file system: $reason"
  finish
  exit
fi
cleaners+=(blob_unmount_all)
mkdir "$work/mount"
for round in 1 2; do
  strikes_on_blobs "$work/backing$round"
  check "blobs, round $round: can be resumed" job 2 "$work/mount" "${settings[@]}"
  check "blobs, round $round: gives the same files" same "$(digest "$work/mount")" "$expected"
  check "blobs, round $round: nothing is asked that blobs cannot do" asks_for_blobs_only
  blob_unmount "$work/mount"
done

recipe=$here/files.yml
settings=("${files_settings[@]}")
strikes_on_blobs "$work/backing-files"
files_on "files as blobs" "$work/mount"
check "files as blobs: nothing is asked that blobs cannot do" asks_for_blobs_only
blob_unmount "$work/mount"
finish

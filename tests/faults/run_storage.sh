#!/bin/bash
# A full disk and failing writes, closes and reads: one message, exit code 4, nothing published, and a later run ends in the same files.
set -uo pipefail
faults=$(cd "$(dirname "$0")" && pwd)
. "$faults/../mpi/job.sh"
BLOBFS=${BLOBFS:-$root/build/release/tests/faults/blobfs}
. "$faults/fuse/mount.sh"

check "an undisturbed run" job 0 "$work/expected"
expected=$(digest "$work/expected")
published=cube.zarr/.zgroup  # what stands only after all is well

fails_and_recovers() {  # NAME OUT TEXT REPAIR...: after a job has failed on OUT
  local name=$1 out=$2 text=$3
  shift 3
  check "$name: says why" says "$text"
  check "$name: says it once" same "$(grep -c "^terroir: " "$work/log")" 1
  check "$name: publishes nothing" test -z "$(compgen -G "$out/$published")"
  "$@"
  check "$name: can be resumed" job 2 "$out"
  check "$name: gives the same files" same "$(digest "$out")" "$expected"
}

full=$work/full
mkdir "$full"
if mount -t tmpfs -o size=20m none "$full" 2>/dev/null; then
  cleaners+=("umount $full")
  for ranks in 0 3; do
    job "$ranks" "$full"
    check "a full disk, $ranks ranks" same $? 4
    fails_and_recovers "a full disk, $ranks ranks" "$full" "No space left on device" mount -o remount,size=200m "$full"
    rm -rf "${full:?}"/*
    mount -o remount,size=20m "$full"
  done
else
  echo "NOT RUN: a full disk: mounting a small file system is not permitted"
fi

if reason=$(blobfs_missing); then
  echo "NOT RUN: failing writes on the blob-like file system: $reason"
  finish
  exit
fi
cleaners+=(blob_unmount_all)
mkdir "$work/mount"
number=0
mended() { : >"$work/faults"; }
try_faults() {
  local fault code object
  while read -r fault; do
    number=$((number + 1))
    mkdir "$work/backing$number"
    echo "$fault" >"$work/faults"
    blob_mount "$work/backing$number" "$work/mount" --faults "$work/faults"
    job $((number % 3)) "$work/mount"
    code=$?
    case $fault in
      kill*) check "$fault: rank is killed" test "$code" -eq 137 -o "$code" -eq 124
        mended
        check "$fault: can be resumed" job 2 "$work/mount"
        check "$fault: gives the same files" same "$(digest "$work/mount")" "$expected" ;;
      *) check "$fault: exit code" same "$code" 4
        object=$(echo "$fault" | cut -d ' ' -f 2)
        case $object in
          *.tif | *.nc | */zarr.json | */.zgroup) check "$fault: leaves no part of it" test ! -e "$work/mount/$object" ;;
        esac
        fails_and_recovers "$fault" "$work/mount" "terroir: " mended ;;
    esac
    blob_unmount "$work/mount"
  done
}
try_faults <<'FAULTS'
write slope/c 20 EIO
write slope/c 20+ ENOSPC
close slope/c 33 EIO
close cube/ 100 ENOSPC
open z_slope/c 40 EIO
mkdir features.zarr 1 EACCES
write __terroir/plan 1 ENOSPC
close __terroir/published 1 EIO
close features.zarr/zarr.json 1 EIO
close cube.zarr/.zgroup 1 ENOSPC
write features.zarr/zarr.json 1 ENOSPC
write cube.zarr/.zgroup 1 EIO
write cube.zarr/x 1 EIO
kill slope/c 25
kill features.zarr/zarr.json 1
FAULTS

recipe=$here/files.yml
published='bands.tif.terroir/published*'
check "files: an undisturbed run" job 0 "$work/files"
expected=$(digest "$work/files")
try_faults <<'FAULTS'
write parts/slope 20 EIO
close parts/relief_sd 9 ENOSPC
write features.nc 3 ENOSPC
close features.nc 1 EIO
close maps/relief_mean.tif 1 ENOSPC
write maps/slope.tif 1 ENOSPC
write bands.tif 2 EIO
kill parts/slope 25
kill features.nc 2
kill maps/slope.tif 1
FAULTS
finish

#!/bin/bash
# Each rank has a mount of its own of one blob container, as the nodes of a job have: what one has written the others do not see before it
# is unmounted. Outputs that are files need the parts of all, which come by message.
set -uo pipefail
faults=$(cd "$(dirname "$0")" && pwd)
. "$faults/../mpi/job.sh"
BLOBFS=${BLOBFS:-$root/build/release/tests/faults/blobfs}
. "$faults/fuse/mount.sh"
reason=$(blobfs_missing) || unshare -m true 2>/dev/null || reason="private mounts are not permitted"
if [ -n "$reason" ]; then
  echo "NOT RUN: ranks with a mount each: $reason"
  exit 77
fi
cleaners+=(blob_unmount_all)
recipe=$here/files.yml
check "an undisturbed run" job 0 "$work/expected"
expected=$(digest "$work/expected")

mkdir "$work/backing" "$work/out"
for rank in 0 1 2; do
  mkdir "$work/mount.$rank"
  blob_mount "$work/backing" "$work/mount.$rank" --node
done
# shellcheck disable=SC2016
wrapper=(unshare -m sh -c 'mount --bind "$0.$OMPI_COMM_WORLD_RANK" "$1" && shift && exec "$@"' "$work/mount" "$work/out")
check "three ranks with a mount each" job 3 "$work/out"
parts() { find "$1" -path '*/parts/*' -type f | wc -l; }
check "the parts of the others are not seen by rank 0" test "$(parts "$work/mount.1")" -gt 0 -a "$(parts "$work/mount.2")" -gt 0 \
  -a "$(parts "$work/mount.0")" -eq 0
check "rank 0 has made the same files of them" same "$(digest "$work/mount.0")" "$expected"
check "and nobody else has made any" test -z "$(find "$work/mount.1" "$work/mount.2" -name '*.nc' -o -name '*.tif')"
for rank in 0 1 2; do blob_unmount "$work/mount.$rank"; done
check "they are all that the container gets" same "$(digest "$work/backing")" "$expected"
finish

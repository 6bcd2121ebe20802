#!/bin/bash
# Checks the blob-like file system itself: every rule that the fault tests rely on.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
BLOBFS=${BLOBFS:-$here/../../../build/release/tests/faults/blobfs}
. "$here/mount.sh"
if reason=$(blobfs_missing); then
  echo "NOT RUN: the blob-like file system's own test: $reason"
  exit 77
fi

work=$(mktemp -d)
trap 'blob_unmount_all; rm -rf "$work"' EXIT
mkdir "$work"/{backing,shared,node,later}
passed=0
failed=0
rule() {
  if python3 "$here/selftest.py" "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "failed: $1"
  fi
}

touch "$work/faults"
blob_mount "$work/backing" "$work/shared" --faults "$work/faults" --log "$work/log"
for name in visible_once_closed old_content_until_closed sequential_writes_only no_update no_rename_or_links no_locks \
  no_shared_mapping exclusive_create folders_and_removal large_and_empty_objects; do
  rule "$name" "$work/shared"
done
rule faults "$work/shared" "$work/faults"
rule killed_writer_leaves_a_truncated_object "$work/shared" "$work/faults"

blob_mount "$work/backing" "$work/node" --node
rule nodes_see_their_own "$work/node" "$work/shared"
blob_unmount "$work/node"
rule handed_over_at_unmount "$work/shared"

blob_unmount "$work/shared"
if [ -e "$work/backing.blobfs" ] || ! grep -q '^refused rename /r$' "$work/log"; then
  failed=$((failed + 1))
  echo "failed: leaves nothing behind and logs what it refuses"
else
  passed=$((passed + 1))
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

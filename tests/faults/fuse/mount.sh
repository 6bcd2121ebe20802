# To be sourced by fault tests: mounts and unmounts the blob-like file system. BLOBFS names the program.
#
#   blobfs_missing                     prints why this machine cannot mount it; fails when it can
#   blob_mount BACKING MOUNT [options] options of blobfs; returns once the mount is usable
#   blob_unmount MOUNT                 returns once the daemon has published and ended
#   blob_unmount_all                   for a trap at exit
declare -A blob_daemons=()

blobfs_missing() {
  [ -x "${BLOBFS:-}" ] || { echo "blobfs was not built (libfuse3-dev is missing)"; return 0; }
  command -v fusermount3 >/dev/null || { echo "fusermount3 is missing"; return 0; }
  [ -r /dev/fuse ] && [ -w /dev/fuse ] || { echo "/dev/fuse is missing or not accessible"; return 0; }
  local folder
  folder=$(mktemp -d)
  mkdir "$folder/backing" "$folder/mount"
  if blob_mount "$folder/backing" "$folder/mount" 2>/dev/null; then
    blob_unmount "$folder/mount"
    rm -rf "$folder"
    return 1
  fi
  rm -rf "$folder"
  echo "mounting a FUSE file system is not permitted"
}

blob_mount() {
  local backing=$1 mount=$2 waited
  shift 2
  "$BLOBFS" "$@" "$backing" "$mount" &
  blob_daemons[$mount]=$!
  for waited in $(seq 200); do
    mountpoint -q "$mount" && return 0
    kill -0 "${blob_daemons[$mount]}" 2>/dev/null || break
    sleep 0.02
  done
  unset "blob_daemons[$mount]"
  return 1
}

blob_unmount() {
  local mount=$1 waited
  # A process that has just been killed may hold the mount for a moment.
  for waited in $(seq 200); do
    fusermount3 -q -u "$mount" && break
    sleep 0.02
  done
  wait "${blob_daemons[$mount]}"
  unset "blob_daemons[$mount]"
}

blob_unmount_all() {
  local mount
  for mount in "${!blob_daemons[@]}"; do
    fusermount3 -q -z -u "$mount" || true
    wait "${blob_daemons[$mount]}" || true
  done
  blob_daemons=()
}

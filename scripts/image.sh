#!/bin/bash
# Builds the image of configs/azureml without Docker and without a registry, and runs Terroir in it. By hand, as root, with the
# Debian packages buildah and debootstrap; takes as long as a build of the program, and 4 GB.
#   scripts/image.sh [FOLDER]     FOLDER (default: build/image) keeps the images, so that a second time only what has changed is built
# The base image is Debian's own, made by debootstrap, in the place of the one that the Dockerfile names. Where a registry can be reached,
# `docker build -f configs/azureml/Dockerfile .` does the same.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(realpath -m "${1:-build/image}")
for program in buildah debootstrap; do
  command -v $program >/dev/null || { echo "image.sh: there is no $program; apt-get install buildah debootstrap" >&2; exit 2; }
done
[ "$(id -u)" -eq 0 ] || { echo "image.sh: only root can make the base image; use sudo" >&2; exit 2; }
mkdir -p "$folder"
export BUILDAH_ISOLATION=chroot  # no runtime for containers, no privileges beyond root's
# A file system that stacks no folders wants STORAGE_DRIVER=vfs, and 16 GB.
build() { buildah --root "$folder/storage" --runroot "$folder/run" --storage-driver "${STORAGE_DRIVER:-overlay}" "$@"; }

base=localhost/$(awk '$1 == "FROM" {print $2; exit}' configs/azureml/Dockerfile)
if ! build inspect --type image "$base" >/dev/null 2>&1; then
  rm -rf "$folder/base"
  debootstrap --variant=minbase bookworm "$folder/base" >"$folder/base.log"
  # As in Debian's own slim image: no documentation.
  printf 'path-exclude /usr/share/%s/*\n' doc man locale >"$folder/base/etc/dpkg/dpkg.cfg.d/slim"
  container=$(build from scratch)
  build add -q "$container" "$folder/base" / >/dev/null
  build commit -q "$container" "$base" >/dev/null
  build rm "$container" >/dev/null
  rm -rf "$folder/base"
fi
build bud --pull-never --from "$base" --layers --tag terroir --file configs/azureml/Dockerfile .

container=$(build from --pull-never localhost/terroir)
trap 'build rm "$container" >/dev/null' EXIT
build copy -q "$container" data-samples /job/data-samples >/dev/null
build copy -q "$container" configs/azureml/src /job/src >/dev/null
inside() { build run --workingdir /job "$container" -- "$@"; }
features=(terroir run src/features.yml --input dem=data-samples/dem.tif --input scenes=data-samples/scenes)

echo "== terroir doctor"
inside terroir doctor /job
echo "== two ranks and one"
inside mpirun -n 2 terroir doctor | tee "$folder/doctor.log" | tail -n 1
grep -q '2 ranks on 1 host' "$folder/doctor.log" || { echo "FAILED: the ranks do not see each other"; exit 1; }
inside mpirun -n 2 "${features[@]}" --output features=two
inside terroir inspect two/features.zarr --verify
inside "${features[@]}" --output features=one --quiet
inside diff -r --exclude=__terroir one two || { echo "FAILED: two ranks gave other files than one"; exit 1; }
echo "== ssh, by which Azure ML starts the ranks of other nodes"
inside sh -c 'ssh -V && /usr/sbin/sshd -t'
echo "The image works; it has $(build images --format '{{.Size}}' localhost/terroir)"

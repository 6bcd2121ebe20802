#!/bin/bash
# Installs the Debian packages of scripts/packages.txt that are missing: `install.sh build` or `install.sh build test`.
# As root or with sudo; asks the package index only when something is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
groups=" ${*:-build} "

present() {  # package [command]
  if [ -n "${2:-}" ]; then command -v "$2" >/dev/null && return 0; fi
  dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed
}

missing=()
while read -r group package command; do
  case $group in ''|'#'*) continue ;; esac
  [[ $groups == *" $group "* ]] || continue
  present "$package" "$command" || missing+=("$package")
done < scripts/packages.txt
[ ${#missing[@]} -gt 0 ] || exit 0

echo "Installing: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "Need root or sudo to install: ${missing[*]}" >&2; exit 2; }
  as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get -q update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "${missing[@]}"

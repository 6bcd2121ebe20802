#!/bin/bash
# Makes tests/.venv and tests/.venv-azure (Python) and tests/node_modules (JavaScript) from the pinned lists beside this file; does
# nothing when they are there and up to date. BASE_PYTHON names another Python 3.11.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${BASE_PYTHON:-/usr/bin/python3}

hash() { sha256sum | cut -d ' ' -f 1; }
current() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

environment() {  # folder, list of packages
  local want
  want=$({ "$python" --version; cat "$2"; } | hash)
  if current "$1/stamp" "$want"; then return; fi
  rm -rf "$1"
  "$python" -m venv "$1"
  # Every package is pinned, so nothing is left to resolve; `pip check` finds what the list lacks.
  "$1/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: -r "$2"
  "$1/bin/pip" check
  echo "$want" > "$1/stamp"
}

environment .venv env/requirements.txt
environment .venv-azure env/azure-requirements.txt

want=$({ node --version; cat env/package.json env/package-lock.json; } | hash)
if ! current node_modules/.stamp "$want"; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cp env/package.json env/package-lock.json "$work"
  (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  rm -rf node_modules
  cp -r "$work/node_modules" node_modules
  echo "$want" > node_modules/.stamp
fi

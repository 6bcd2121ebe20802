#!/bin/bash
# Makes tests/.venv (Python) and tests/node_modules (JavaScript) from the pinned lists beside this file; does nothing
# when they are there and up to date. BASE_PYTHON names another Python 3.11.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${BASE_PYTHON:-/usr/bin/python3}

hash() { sha256sum | cut -d ' ' -f 1; }
current() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

want=$({ "$python" --version; cat env/requirements.txt; } | hash)
if ! current .venv/stamp "$want"; then
  rm -rf .venv
  "$python" -m venv .venv
  # Every package is pinned, so nothing is left to resolve; `pip check` finds what the list lacks.
  .venv/bin/pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: -r env/requirements.txt
  .venv/bin/pip check
  echo "$want" > .venv/stamp
fi

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

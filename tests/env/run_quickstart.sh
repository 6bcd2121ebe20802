#!/bin/bash
# The README's first command gives a result, also a second time, and what is installed runs elsewhere.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for round in first second; do
  scripts/quickstart.sh >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  result=$(sed -n '/^Result:/{n;s/^ *//p}' "$work/log")
  summary=$(sed -n '/^Summary:/{n;s/^ *//p}' "$work/log")
  [ -f "$result/zarr.json" ] && [ -f "$summary" ] || { echo "the $round quickstart names no result and no summary:"; cat "$work/log"; exit 1; }
done
cmake --install build/release --prefix "$work/installed" >"$work/log"
cd /
"$work/installed/bin/terroir" inspect "$result" | grep -q complete

#!/bin/sh
# instructions_test.sh PROGRAM: counts the instructions of focal_statistics on 512-pixel blocks with valgrind. A square window's
# cost grows with the logarithm of its size: size 101 may take at most 3.5 times the instructions of size 9.
set -eu
program=$1
if ! command -v valgrind >/dev/null; then
  echo "valgrind is not installed: the instructions of focal_statistics are not counted" >&2
  exit 77
fi

count() { # SIZE TIMES
  TERROIR_CPU=v3 valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 >/dev/null |
    sed -n 's/.*Collected *: *\([0-9]*\).*/\1/p'
}

small=$(($(count 9 1) - $(count 9 0)))
large=$(($(count 101 1) - $(count 101 0)))
echo "instructions: $small at size 9, $large at size 101, ratio $((large * 100 / small)) / 100"
test "$small" -gt 0
test $((large * 10)) -le $((small * 35))

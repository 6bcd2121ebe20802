#!/bin/sh
# vectors_test.sh LIBRARY: fails when a cloned kernel (kernels/clones.h) has lost its vectors, which g++ does in silence. In every
# function NAME_v4 whole 64-byte registers, in NAME_v3 32-byte ones must take part in arithmetic. The table asks more of functions
# with many loops: as many stores of whole registers as their loops have outputs.
set -eu
library=$1
objdump -dC --no-show-raw-insn "$library" | awk '
  BEGIN {
    least["stencil_row"] = 36
    arithmetic = "^v(add|sub|mul|div|sqrt|min|max|cmp|and|or|xor|blend|p(add|sub|min|max|cmp|and|or|xor|tern|blend|perm)|cvt|rndscale|round)"
  }
  /^[0-9a-f]+ <.*>:$/ {
    name = $0
    sub(/^[0-9a-f]+ </, "", name)
    gsub(/\(anonymous namespace\)/, "", name)
    sub(/\(.*$/, "", name); sub(/>:$/, "", name)
    sub(/.*::/, "", name)
    level = name ~ /_v4$/ ? "zmm" : name ~ /_v3$/ ? "ymm" : ""
    if (level != "") seen[name] = level
    next
  }
  level != "" && $2 ~ arithmetic && index($0, "%" level) { used[name]++ }
  level != "" && $2 ~ /^vmov[au]p[sd]|^vmovdq/ && $0 ~ ("%" level "[0-9]+,[^%]*\\(") { stores[name]++ }
  END {
    for (name in seen) {
      functions++
      plain = name
      sub(/_v[34]$/, "", plain)
      if (used[name] == 0) {
        print name ": no arithmetic on " seen[name] " registers"
        failed = 1
      } else if (stores[name] < least[plain]) {
        print name ": " stores[name] + 0 " stores of " seen[name] " registers, expected at least " least[plain]
        failed = 1
      }
    }
    print functions + 0 " functions looked at"
    exit failed || functions == 0
  }'

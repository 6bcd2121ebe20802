#!/bin/sh
# Stands in for ssh between the hosts of hosts.sh: a clean environment, another host name.
host=$1
shift
exec env -i HOME="$HOME" LANG=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  ip netns exec "$host" unshare --uts sh -c 'hostname "$0" && cd "$HOME" && exec sh -c "$*"' "$host" "$@"

# To be sourced: hosts tfh1 .. tfhN on one machine, as network namespaces on a bridge in a namespace of its own.
#
#   hosts_missing      prints why this machine cannot have them; fails when it can
#   hosts_up N         makes them, one test of this machine at a time; hosts_down takes them away
#   on_host I COMMAND  runs a command there, under the host's own name
#   on_own_disk DIR I COMMAND  the same, with the folder DIR as its /tmp
#   hosts_cut I        cuts the host's link; hosts_join I mends it
#   hosts_serve DIR I  serves served_rsh.sh in DIR: what that asks for runs on the host, as the server's child. Server: $served
hosts_count=0
network=10.77.0

hosts_missing() {
  command -v ip >/dev/null || { echo "iproute2 is missing"; return 0; }
  [ "$(id -u)" -eq 0 ] || { echo "network namespaces need root"; return 0; }
  if ip netns add "tfprobe$$" 2>/dev/null && ip -n "tfprobe$$" link add tfa type veth peer name tfb 2>/dev/null; then
    ip netns del "tfprobe$$"
    return 1
  fi
  ip netns del "tfprobe$$" 2>/dev/null
  echo "network namespaces are not permitted"
}

hosts_up() {
  local i k
  exec {hosts_lock}>/tmp/terroir-test-hosts.lock
  flock -w 300 "$hosts_lock" || { echo "FAILED: another test holds the hosts"; return 1; }  # until this process ends
  for i in $(ip netns list | grep -oE '^tf(sw|h[0-9]+)'); do ip netns del "$i"; done  # of a test that was killed
  hosts_count=$1
  ip netns add tfsw && ip -n tfsw link add br0 type bridge && ip -n tfsw link set br0 up || return 1
  for i in $(seq "$hosts_count"); do
    ip netns add "tfh$i" && ip -n "tfh$i" link set lo up || return 1
    ip -n tfsw link add "p$i" type veth peer name eth0 netns "tfh$i" || return 1
    ip -n tfsw link set "p$i" master br0 up
    ip -n "tfh$i" addr add "$network.$i/24" dev eth0
    ip -n "tfh$i" link set eth0 up
    # A lost peer is given up in seconds.
    ip netns exec "tfh$i" sysctl -qw net.ipv4.tcp_retries2=3
    mkdir -p "/etc/netns/tfh$i"
    { echo "127.0.0.1 localhost"; for k in $(seq "$hosts_count"); do echo "$network.$k tfh$k"; done; } >"/etc/netns/tfh$i/hosts"
  done
}

hosts_down() {
  local i
  for i in $(seq "$hosts_count"); do
    ip netns pids "tfh$i" | xargs -r kill 2>/dev/null  # a server
    ip netns del "tfh$i"
    rm -rf "/etc/netns/tfh$i"
  done
  rmdir /etc/netns 2>/dev/null
  ip netns del tfsw
}

on_host() {
  local host=tfh$1
  shift
  ip netns exec "$host" unshare --uts sh -c 'hostname "$0"; exec "$@"' "$host" "$@"
}

on_own_disk() {
  local disk=$1
  shift
  # shellcheck disable=SC2016
  on_host "$1" unshare --mount sh -c 'mount --bind "$0" /tmp && exec "$@"' "$disk" "${@:2}"
}

hosts_cut() { ip -n tfsw link set "p$1" down; }
hosts_join() { ip -n tfsw link set "p$1" up; }

# A program that runs on another host is no descendant of who started it. Its end is told to nobody while the link is cut.
hosts_serve() {
  local folder=$1 host=$2
  mkfifo "$folder/tfh$host"
  mkdir "$folder/disk.$host"
  # shellcheck disable=SC2016
  on_own_disk "$folder/disk.$host" "$host" env -i HOME="$HOME" LANG=C PATH="$PATH" bash -c 'exec 3<>"$0/tfh$1"
    while IFS="|" read -r reply command <&3; do
      (cd && sh -c "$command" >>"$0/served.$1" 2>&1
        code=$?
        [ -n "$(ip -n tfsw -o link show "p$1" up)" ] && echo "$code" 1<>"$reply") &
    done' "$folder" "$host" >/dev/null 2>&1 {hosts_lock}>&- &  # it may outlive a test that is killed
  served=$!
}
